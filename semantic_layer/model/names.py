"""Names of fields as definitions and requests write them: `field` or `dataset.field`."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.sql.parsing import Sql, parse_expression

TIME_TYPES = ("date", "timestamp")


def parse_name(text: str) -> exp.Column | None:
    """`field` or `dataset.field` as a column; None if the text is neither.

    >>> parse_name("orders.ordered_at").table, parse_name("a + b")
    ('orders', None)
    """
    dataset, _, field = text.rpartition(".")
    if field.isidentifier() and (not dataset or dataset.isidentifier()):
        return exp.column(field, table=dataset or None)
    sql = parse_expression(text)
    return sql.tree if isinstance(sql, Sql) and isinstance(sql.tree, exp.Column) else None
