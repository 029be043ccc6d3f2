"""What every process must agree on: tries counted, locks held, codes already used. Each write is one SQL statement.

Django's own database cache reads before it writes, so that two tries at once count for one, and throws live rows away
once it holds a few hundred: it keeps what can be computed again, not what guards. Its table serves here as it is.
"""

import base64
import pickle
import re
from datetime import UTC, datetime
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connections, router

TABLE = "shared_cache"
_INTEGER = re.compile(r"-?\d+")
_NEVER = datetime.max.replace(microsecond=0, tzinfo=UTC)
_GET = "SELECT value FROM {table} WHERE cache_key = %s AND expires > %s"
_SET = (
    "INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s) ON CONFLICT (cache_key) "
    "DO UPDATE SET value = excluded.value, expires = excluded.expires RETURNING cache_key"
)
_ADD = (
    "INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s) ON CONFLICT (cache_key) "
    "DO UPDATE SET value = excluded.value, expires = excluded.expires WHERE {table}.expires <= %s RETURNING cache_key"
)
_TOUCH = "UPDATE {table} SET expires = %s WHERE cache_key = %s AND expires > %s RETURNING cache_key"
_INCR = (
    "UPDATE {table} SET value = CAST(CAST(value AS integer) + %s AS text) "
    "WHERE cache_key = %s AND expires > %s RETURNING value"
)
_DELETE = "DELETE FROM {table} WHERE cache_key = %s RETURNING cache_key"
_CLEAR = "DELETE FROM {table} RETURNING cache_key"
_SWEEP = "DELETE FROM {table} WHERE expires <= %s RETURNING cache_key"


class SharedCache(BaseDatabaseCache):
    """A cache in the portal's own database: ``add`` and ``incr`` are atomic, and nothing goes before its time.

    Whole numbers are kept as such, as in Django's Redis cache: the database adds to them.
    """

    _table: str

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return a value that has not expired, or ``default``."""
        rows = self._run(_GET, self.make_and_validate_key(key, version=version), _now())
        return _read(rows[0][0]) if rows else default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value, whatever was there."""
        self._run(_SET, self.make_and_validate_key(key, version=version), _written(value), self._until(timeout))

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value where there is none; of two who try at once, one is told that it did."""
        key = self.make_and_validate_key(key, version=version)
        return bool(self._run(_ADD, key, _written(value), self._until(timeout), _now()))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give a value another time to live; say whether it was there."""
        return bool(self._run(_TOUCH, self._until(timeout), self.make_and_validate_key(key, version=version), _now()))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to a whole number in one statement, and return it; ValueError where there is none."""
        rows = self._run(_INCR, delta, self.make_and_validate_key(key, version=version), _now())
        if not rows:
            raise ValueError(f"Key {key!r} not found")
        return int(rows[0][0])

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget a value; say whether it was there."""
        return bool(self._run(_DELETE, self.make_and_validate_key(key, version=version)))

    def clear(self) -> None:
        """Forget everything."""
        self._run(_CLEAR)

    def sweep(self) -> int:
        """Remove what has expired; return how many."""
        return len(self._run(_SWEEP, _now()))

    def _until(self, timeout: Any) -> datetime:
        seconds = self.get_backend_timeout(timeout)
        return _NEVER if seconds is None else datetime.fromtimestamp(int(seconds), tz=UTC)

    def _run(self, sql: str, *params: Any) -> list[Any]:
        connection = connections[router.db_for_write(self.cache_model_class)]
        adapted = [
            connection.ops.adapt_datetimefield_value(one) if isinstance(one, datetime) else one for one in params
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.format(table=connection.ops.quote_name(self._table)), adapted)
            return list(cursor.fetchall())


def sweep() -> int:
    """Remove what has expired from the portal's own cache; return how many. Redis does it alone."""
    backend = caches["default"]
    return backend.sweep() if isinstance(backend, SharedCache) else 0


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _written(value: Any) -> str:
    if type(value) is int:
        return str(value)
    return base64.b64encode(pickle.dumps(value)).decode("ascii")


def _read(written: str) -> Any:
    # Only this portal writes in its own database; a pickle in base64 never looks like a number.
    return int(written) if _INTEGER.fullmatch(written) else pickle.loads(base64.b64decode(written))  # noqa: S301
