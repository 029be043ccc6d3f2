"""The tree of departments, read inside another query: what a role reaches, and who reaches a department."""

from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Func, JSONField

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

# A department and those under it, as rows (id, sector, depth); the department itself has depth 0. Rights go down the tree,
# never across a sector (arrêté of 4 July 2013). Django's query language has no recursion.
_TEMPLATE = (
    "(WITH RECURSIVE below (id, sector, depth) AS (SELECT %(expressions)s, 0 UNION ALL "
    "SELECT child.id, child.sector_id, below.depth + 1 FROM town_department child "
    "JOIN below ON child.parent_id = below.id AND child.sector_id = below.sector) SELECT %(wanted)s FROM below)"
)


class Below(Func):
    """The keys of a department and of those it reaches, to stand after ``IN``: ``Below(its key, its sector's key)``."""

    template = _TEMPLATE
    arity = 2
    output_field: BigIntegerField[int, int] = BigIntegerField()

    def __init__(self, *expressions: Any) -> None:
        super().__init__(*expressions, wanted="id")


class Above(Func):
    """The keys of a department and of those that reach it, to stand after ``IN``: ``Above(its key, its sector's key)``."""

    template = (
        "(WITH RECURSIVE above (id, parent, sector) AS (SELECT own.id, own.parent_id, own.sector_id "
        "FROM town_department own WHERE (own.id, own.sector_id) = (%(expressions)s) UNION ALL "
        "SELECT over.id, over.parent_id, over.sector_id FROM town_department over "
        "JOIN above ON over.id = above.parent AND over.sector_id = above.sector) SELECT id FROM above)"
    )
    arity = 2
    output_field: BigIntegerField[int, int] = BigIntegerField()


class Reach(Func):
    """The same as a list in JSON: ``[[key, depth], …]``."""

    template = _TEMPLATE
    arity = 2
    output_field: JSONField[Any, Any] = JSONField()

    def as_sqlite(
        self, compiler: "SQLCompiler", connection: "BaseDatabaseWrapper", **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write the list in SQLite's words."""
        return self.as_sql(compiler, connection, wanted="json_group_array(json_array(id, depth))", **extra)

    def as_postgresql(
        self, compiler: "SQLCompiler", connection: "BaseDatabaseWrapper", **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write the list in PostgreSQL's words."""
        return self.as_sql(compiler, connection, wanted="jsonb_agg(jsonb_build_array(id, depth))", **extra)


class Listed(Func):
    """All the values of a subquery as one list in JSON; null or empty where there is none."""

    function = "json_group_array"
    arity = 1
    output_field: JSONField[Any, Any] = JSONField()

    def as_postgresql(
        self, compiler: "SQLCompiler", connection: "BaseDatabaseWrapper", **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write the list in PostgreSQL's words."""
        return self.as_sql(compiler, connection, function="jsonb_agg", **extra)
