"""Triggers that refuse to change or remove what is settled, on SQLite and PostgreSQL.

A model names what it protects: ``guarded = "all"`` (append only) or ``guarded = ("content", …)`` (those columns never
change and the row is never deleted). The database refuses, whoever writes.

``released = (table, column)`` names the one way out: while ``table`` has a row of the same ``column`` whose ``done_at`` is
empty, that row may be changed, as its destruction at its term wants. It is never deleted.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

Released = tuple[str, str] | None
REFUSAL = "settled rows never change"


def guarded_models() -> Iterator[tuple[type[models.Model], Any]]:
    """Yield each model that names what it protects."""
    for model in apps.get_models():
        guarded = getattr(model, "guarded", None)
        if guarded and model._meta.managed:
            yield model, guarded


def _columns(model: type[models.Model], guarded: Any) -> list[str] | None:
    if guarded == "all":
        return None
    return [str(getattr(model._meta.get_field(name), "column", "")) for name in guarded]


def names(model: type[models.Model], vendor: str) -> list[str]:
    """Return the triggers that ``model`` must have."""
    events = ["update", "delete"] + (["truncate"] if vendor == "postgresql" else [])
    return [f"guard_{model._meta.db_table}_{event}" for event in events]


def install(connection: BaseDatabaseWrapper) -> None:
    """(Re)install every guard whose table exists; safe to run again."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
                "END $$"
            )
        for model, guarded in guarded_models():
            table = model._meta.db_table
            if table not in tables:
                continue
            columns = _columns(model, guarded)
            released = getattr(model, "released", None)
            # The table of what releases comes with a later migration than the first.
            released = released if released and released[0] in tables else None
            statements = _postgresql if connection.vendor == "postgresql" else _sqlite
            for statement in statements(table, columns, released):
                cursor.execute(statement)


def _open(released: Released) -> str:
    table, column = released or ("", "")
    return f'SELECT 1 FROM "{table}" WHERE "{column}" = OLD."{column}" AND "done_at" IS NULL'  # noqa: S608 names of our own tables


def _sqlite(table: str, columns: list[str] | None, released: Released) -> Iterator[str]:
    changed = (
        " WHEN " + " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
        if columns is not None
        else ""
    )
    for event, condition in (("update", changed), ("delete", "")):
        yield f'DROP TRIGGER IF EXISTS "guard_{table}_{event}"'
        unless = f" WHERE NOT EXISTS ({_open(released)})" if released and event == "update" else ""
        yield (
            f'CREATE TRIGGER "guard_{table}_{event}" BEFORE {event.upper()} ON "{table}"{condition} '
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {table}'){unless}; END"
        )


def _postgresql(table: str, columns: list[str] | None, released: Released) -> Iterator[str]:
    changed = (
        " WHEN (" + " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns) + ")"
        if columns is not None
        else ""
    )
    if released:
        yield (
            f'CREATE OR REPLACE FUNCTION "guard_release_{table}"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$$ BEGIN IF EXISTS ({_open(released)}) THEN RETURN NEW; END IF; "
            f"RAISE EXCEPTION '{REFUSAL}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for event, scope, condition in (
        ("update", "FOR EACH ROW", changed),
        ("delete", "FOR EACH ROW", ""),
        ("truncate", "FOR EACH STATEMENT", ""),
    ):
        function = f'"guard_release_{table}"' if released and event == "update" else "guard_refuse"
        yield f'DROP TRIGGER IF EXISTS "guard_{table}_{event}" ON "{table}"'
        yield (
            f'CREATE TRIGGER "guard_{table}_{event}" BEFORE {event.upper()} ON "{table}" {scope}{condition} '
            f"EXECUTE FUNCTION {function}()"
        )


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the guards that the database should have and has not."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    tables = set(connection.introspection.table_names())
    return [
        name
        for model, _ in guarded_models()
        if model._meta.db_table in tables
        for name in names(model, connection.vendor)
        if name not in present
    ]


def install_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Put the guards back after a migration, which may have rebuilt a table, or after a flush."""
    install(connections[using])
