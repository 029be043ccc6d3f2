"""The index of what agents search by: the words of each request, in FTS5 on SQLite, in a GIN index on PostgreSQL.

On SQLite triggers keep it: they are put back after each migration, which may have rebuilt the table of requests.
"""

from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

from portal.kit.text import fold

TABLE = "procedures_search"
_SOURCE = "procedures_submission"
_MOST_WORDS = 8
# On SQLite, of words that more requests than this hold, the newest are looked at: they say too little to find anyone.
_MOST = 20_000
_PUT = f"INSERT INTO {TABLE}(rowid, words) VALUES (NEW.id, NEW.search_text); "  # noqa: S608 names of our own
_TAKE = f"INSERT INTO {TABLE}({TABLE}, rowid, words) VALUES ('delete', OLD.id, OLD.search_text); "  # noqa: S608
_TRIGGERS = {
    f"{TABLE}_insert": f'AFTER INSERT ON "{_SOURCE}" BEGIN {_PUT}END',
    f"{TABLE}_delete": f'AFTER DELETE ON "{_SOURCE}" BEGIN {_TAKE}END',
    f"{TABLE}_update": f'AFTER UPDATE OF search_text ON "{_SOURCE}" WHEN OLD.search_text IS NOT NEW.search_text '
    f"BEGIN {_TAKE}{_PUT}END",
}


def holding(text: str, vendor: str) -> models.Q | None:
    """Return the condition of the requests that hold every word of ``text`` or its beginning; None where it says nothing."""
    words = fold(text).split()[:_MOST_WORDS]
    if not words:
        return None
    if vendor == "postgresql":
        query = SearchQuery(" & ".join(f"'{word}':*" for word in words), search_type="raw", config="simple")
        return models.Q(words=query)
    # Folded words hold letters and digits only: nothing of them is an operator once it is quoted.
    wanted = " ".join(f'"{word}"*' for word in words)
    newest = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s ORDER BY rowid DESC LIMIT {_MOST}"  # noqa: S608
    return models.Q(pk__in=RawSQL(newest, [wanted]))  # noqa: S611 our own words, what is typed goes apart


def vector() -> SearchVector:
    """Return what PostgreSQL indexes, and compares."""
    return SearchVector("search_text", config="simple")


def create(connection: BaseDatabaseWrapper) -> None:
    """Create the index and fill it with the requests that are there."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f'CREATE INDEX IF NOT EXISTS {TABLE} ON "{_SOURCE}" USING gin '
                "(to_tsvector('simple'::regconfig, COALESCE(search_text, '')))"
            )
            return
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(words, content='', detail='none', prefix='3')"
        )
        cursor.execute(f"INSERT INTO {TABLE}(rowid, words) SELECT id, search_text FROM {_SOURCE}")  # noqa: S608
    install(connection)


def install(connection: BaseDatabaseWrapper) -> None:
    """(Re)install what keeps the index on SQLite, where it and the requests are there; safe to run again."""
    if connection.vendor == "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name IN (%s, %s)", [TABLE, _SOURCE])
        if len(cursor.fetchall()) < 2:
            return
        for name, rule in _TRIGGERS.items():
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            cursor.execute(f'CREATE TRIGGER "{name}" {rule}')


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return what should keep the index, and is not there."""
    if connection.vendor == "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    return sorted(set(_TRIGGERS) - present)


def install_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Put back what keeps the index after a migration, which may have rebuilt the table of requests."""
    install(connections[using])
