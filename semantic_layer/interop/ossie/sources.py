"""Where a document's tables stand: as its sources say, or all in one schema of the database that is asked."""

from __future__ import annotations

import re

from sqlglot import exp

_PARTS = re.compile(r'"([^"]+)"|`([^`]+)`|([^."`]+)')
_MAX_PARTS = 3


def moved_table(source: str, schema: str | None) -> str | None:
    """The name of a table, in `schema` where that is given ('' for none), quoted where needed; None for no name.

    >>> moved_table("shop.public.orders", None), moved_table("shop.public.orders", "main"), moved_table("a.b", "")
    ('shop.public.orders', 'main.orders', 'b')
    >>> moved_table("`my-shop`.orders", None), moved_table("a.b.c.d", None)
    ('"my-shop".orders', None)
    """
    names = ["".join(match.groups("")).strip() for match in _PARTS.finditer(source)]
    if not names or not all(names) or ".." in source or source.strip(" ").endswith("."):
        return None
    if schema is not None:
        names = [schema, names[-1]] if schema else names[-1:]
    if len(names) > _MAX_PARTS:
        return None
    return ".".join(exp.to_identifier(name).sql("duckdb") for name in names)


def moved_query(query: exp.Query, schema: str | None, stand_in: str = "{") -> exp.Query:
    """A copy of the query with its tables in `schema`, where that is given; but those that begin with `stand_in`."""
    moved = query.copy()
    if schema is None:
        return moved
    named = {each.alias_or_name for each in moved.find_all(exp.CTE)}
    for table in moved.find_all(exp.Table):
        if table.db or (table.name not in named and not table.name.startswith(stand_in)):
            table.set("catalog", None)
            table.set("db", exp.to_identifier(schema) if schema else None)
    return moved
