"""Dates and instants in each dialect: their parts, their differences, their names, where a week begins.

Trees come in plain words (plain_words.py): parts as EXTRACT with DuckDB's names, Sunday 0 of DOW, Monday 1 of ISODOW.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from semantic_layer.engines.rewriting import Rewrite, call, cast, parts, refuse
from semantic_layer.sql.value_types import kind_of

_TYPE = exp.DataType.Type
_MICROSECONDS = exp.Literal.number(1_000_000)
_CLOCK = ("HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")
# what each dialect calls a part; a part that is not here is called as in DuckDB
_NAMES: dict[str, dict[str, str]] = {
    "spark": {"ISODOW": "DOW_ISO", "ISOYEAR": "YEAROFWEEK"},
    "snowflake": {"ISODOW": "DAYOFWEEKISO", "ISOYEAR": "YEAROFWEEKISO", "WEEK": "WEEKISO", "DOY": "DAYOFYEAR"},
    "bigquery": {"WEEK": "ISOWEEK", "DOY": "DAYOFYEAR"},
    "trino": {"ISODOW": "DAY_OF_WEEK", "ISOYEAR": "YEAR_OF_WEEK", "DOY": "DAY_OF_YEAR"},
}
_CLICKHOUSE_PARTS = {
    "QUARTER": "toQuarter",
    "WEEK": "toISOWeek",
    "ISOYEAR": "toISOYear",
    "DOY": "toDayOfYear",
    "ISODOW": "toDayOfWeek",
}
# how each dialect writes the name of a month and of a day of the week
_NAME_FORMATS: dict[str, tuple[str, str, str]] = {
    "postgres": ("TO_CHAR", "FMMonth", "FMDay"),
    "redshift": ("TO_CHAR", "FMMonth", "FMDay"),
    "spark": ("DATE_FORMAT", "MMMM", "EEEE"),
    "trino": ("DATE_FORMAT", "%M", "%W"),
    "clickhouse": ("formatDateTime", "%M", "%W"),
    "bigquery": ("FORMAT_DATETIME", "%B", "%A"),
}


def part(dialect: str) -> Rewrite:
    """EXTRACT in the dialect's words, whole numbers but for EPOCH, which counts seconds with their fraction."""
    names = _NAMES.get(dialect, {})
    special = _PARTS.get(dialect)

    def rewrite(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Extract):
            return node
        found = special(node) if special is not None else None
        if found is not None:
            return found
        node.set("this", exp.var(names.get(node.name, node.name)))
        return node

    return rewrite


def _in_postgres(node: exp.Extract) -> exp.Expr | None:
    if node.name == "EPOCH":
        return None
    whole = exp.Floor(this=node.copy()) if node.name == "SECOND" else node.copy()
    return cast(whole, _TYPE.INT)


def _in_spark(node: exp.Extract) -> exp.Expr | None:
    if node.name == "DOW":
        return exp.Paren(this=exp.Sub(this=node.copy(), expression=exp.Literal.number(1)))
    if node.name == "EPOCH":
        return _from_microseconds(call("UNIX_MICROS", cast(node.expression, _TYPE.TIMESTAMPTZ)))
    return cast(node.copy(), _TYPE.INT) if node.name == "SECOND" else None


def _in_snowflake(node: exp.Extract) -> exp.Expr | None:
    if node.name != "EPOCH":
        return None
    return _from_microseconds(exp.Extract(this=exp.var("EPOCH_MICROSECOND"), expression=node.expression))


def _in_bigquery(node: exp.Extract) -> exp.Expr | None:
    """Sunday is 1 there."""
    if node.name in ("DOW", "ISODOW"):
        day = exp.Extract(this=exp.var("DAYOFWEEK"), expression=node.expression)
        if node.name == "DOW":
            return exp.Paren(this=exp.Sub(this=day, expression=exp.Literal.number(1)))
        return _from_sunday(day, 1)
    if node.name == "EPOCH":
        return _from_microseconds(call("UNIX_MICROS", cast(node.expression, _TYPE.TIMESTAMPTZ)))
    return None


def _in_trino(node: exp.Extract) -> exp.Expr | None:
    """Monday is 1 and Sunday 7 there, of whichever name."""
    if node.name != "DOW":
        return None
    day = exp.Extract(this=exp.var("DAY_OF_WEEK"), expression=node.expression)
    return exp.Paren(this=exp.Mod(this=day, expression=exp.Literal.number(7)))


def _in_clickhouse(node: exp.Extract) -> exp.Expr | None:
    if node.name == "DOW":
        return exp.Paren(this=exp.Mod(this=call("toDayOfWeek", node.expression), expression=exp.Literal.number(7)))
    if node.name == "EPOCH":
        instant = call("toDateTime64", node.expression, exp.Literal.number(6))
        return _from_microseconds(call("toUnixTimestamp64Micro", instant))
    if node.name in _CLICKHOUSE_PARTS:
        return call(_CLICKHOUSE_PARTS[node.name], node.expression)
    return None


def _in_redshift(node: exp.Extract) -> exp.Expr | None:
    if node.name == "ISOYEAR":
        raise refuse(node, "redshift")
    if node.name == "ISODOW":
        return _from_sunday(exp.Extract(this=exp.var("DOW"), expression=node.expression), 0)
    return None


_PARTS: dict[str, Callable[[exp.Extract], exp.Expr | None]] = {
    "postgres": _in_postgres,
    "spark": _in_spark,
    "snowflake": _in_snowflake,
    "bigquery": _in_bigquery,
    "trino": _in_trino,
    "clickhouse": _in_clickhouse,
    "redshift": _in_redshift,
}


def _from_sunday(day: exp.Expr, sunday: int) -> exp.Expr:
    """Monday as 1 where Sunday is the first day and has that number."""
    since_monday = exp.Add(this=day, expression=exp.Literal.number(6 - sunday))
    remainder = exp.Mod(this=exp.Paren(this=since_monday), expression=exp.Literal.number(7))
    return exp.Paren(this=exp.Add(this=remainder, expression=exp.Literal.number(1)))


def _from_microseconds(tree: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.Div(this=tree, expression=_MICROSECONDS.copy(), typed=False, safe=False))


def name_of_day(dialect: str) -> Rewrite:
    """The English name of a month or a day of the week."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Monthname | exp.Dayname):
            return node
        if dialect == "snowflake":
            if isinstance(node, exp.Dayname):
                raise refuse(node, dialect)
            return call("TO_CHAR", node.this, exp.Literal.string("MMMM"))
        function, month, day = _NAME_FORMATS[dialect]
        form = exp.Literal.string(month if isinstance(node, exp.Monthname) else day)
        if dialect == "bigquery":
            return call(function, form, cast(node.this, _TYPE.TIMESTAMP))
        return call(function, cast(node.this, _TYPE.TIMESTAMP), form)

    return rewrite


def days_between(node: exp.Expr) -> exp.Expr:
    """A date less a date is a number of days."""
    if isinstance(node, exp.Sub) and kind_of(node.this) == kind_of(node.expression) == "date":
        return exp.DateDiff(this=node.this, expression=node.expression, unit=exp.var("DAY"))
    return node


def edges_between(node: exp.Expr) -> exp.Expr:
    """For Spark: a difference of instants counts the units' edges between them, not whole units that have passed."""
    if isinstance(node, exp.DateDiff):
        unit = node.args.get("unit") or exp.var("DAY")
        for side in ("this", "expression"):
            value = node.args[side]
            if unit.name != "DAY" or not (isinstance(value, exp.Cast) and value.is_type(_TYPE.DATE)):
                node.set(side, exp.TimestampTrunc(this=value, unit=exp.var(unit.name)))
    return node


def bigquery_time(node: exp.Expr) -> exp.Expr:
    """Instants of whatever type as DATETIME, which alone compares with dates; weeks that begin on Monday."""
    if isinstance(node, exp.Column) and kind_of(node) == "timestamp":
        return cast(node.copy(), _TYPE.TIMESTAMP)
    if isinstance(node, exp.TimestampTrunc):
        unit = node.args["unit"].name.upper()
        return call("DATE_TRUNC", node.this, exp.var("ISOWEEK" if unit == "WEEK" else unit))
    if isinstance(node, exp.DateDiff):
        unit = (node.args.get("unit") or exp.var("DAY")).name.upper()
        is_clock = unit in _CLOCK
        kind = _TYPE.TIMESTAMP if is_clock else _TYPE.DATE
        sides = (_once(node.this, kind), _once(node.expression, kind))
        return call("DATETIME_DIFF" if is_clock else "DATE_DIFF", *sides, exp.var(unit))
    if isinstance(node, exp.TimeToStr):
        return call("FORMAT_DATETIME", node.args["format"], _once(node.this, _TYPE.TIMESTAMP))
    if isinstance(node, exp.LastDay):
        node.set("this", _once(node.this, _TYPE.DATE))
    return node


def trino_time(node: exp.Expr) -> exp.Expr:
    """Hours are counted, and texts made, of timestamps only."""
    if isinstance(node, exp.DateDiff) and node.args.get("unit") is not None and node.args["unit"].name in _CLOCK:
        for side in ("this", "expression"):
            node.set(side, _once(node.args[side], _TYPE.TIMESTAMP))
    if isinstance(node, exp.TimeToStr):
        node.set("this", _once(node.this, _TYPE.TIMESTAMP))
    return node


def clickhouse_time(node: exp.Expr) -> exp.Expr:
    """Dates before 1970 and instants within a second need the wider types; lengths of intervals are bare numbers."""
    if isinstance(node, exp.DataType) and node.this is _TYPE.DATE:
        node.set("this", _TYPE.DATE32)
    elif isinstance(node, exp.DataType) and node.this is _TYPE.TIMESTAMP:
        node.set("this", _TYPE.DATETIME64)
        node.set("expressions", [exp.DataTypeParam(this=exp.Literal.number(6))])
    elif isinstance(node, exp.Interval) and isinstance(node.this, exp.Literal):
        node.set("this", exp.Literal.number(node.this.name))
    elif isinstance(node, exp.DateFromParts):
        return call("makeDate32", *(node.args[each] for each in ("year", "month", "day")))
    return node


def _once(tree: exp.Expr, kind: exp.DType) -> exp.Expr:
    return tree if isinstance(tree, exp.Cast) and tree.is_type(kind) else cast(parts(tree), kind)
