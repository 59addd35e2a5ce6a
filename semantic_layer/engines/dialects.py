"""A statement's tree as text of one dialect, with what sqlglot leaves as it stood put into that dialect's words.

Trees are DuckDB's in meaning: `/` divides truly, a difference of dates counts the units' edges between them, Monday is
1. Each pass keeps that meaning where a dialect reads the same words in another way. docs/engines.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

Rewrite = Callable[[exp.Expr], exp.Expr]

_SPARK = ("spark", "databricks")
_WEEKDAY_NAMES = {"spark": "DOW_ISO", "databricks": "DOW_ISO", "snowflake": "DAYOFWEEKISO", "trino": "DAY_OF_WEEK"}
# in these Sunday is the first day: its number, for weekdays that begin with it
_SUNDAY = {"bigquery": ("DAYOFWEEK", 1), "redshift": ("DOW", 0)}


def printed(statement: exp.Query, dialect: str, *, pretty: bool = False) -> str:
    """The statement's SQL. The tree stays as it is."""
    rewrites = _REWRITES.get(dialect)
    if rewrites is None:
        return statement.sql(dialect, pretty=pretty, copy=False)
    tree = statement.copy()
    if dialect in _SPARK:
        tree = _told_apart(tree)

    def rewritten(node: exp.Expr) -> exp.Expr:
        for rewrite in rewrites:
            node = rewrite(node)
        return node

    return tree.transform(rewritten, copy=False).sql(dialect, pretty=pretty, copy=False)


def _plain_interval(node: exp.Expr) -> exp.Expr:
    """`INTERVAL (90) DAY`, as a parameter is written, with its number alone."""
    if isinstance(node, exp.Interval) and isinstance(node.this, exp.Paren) and isinstance(node.this.this, exp.Literal):
        node.set("this", exp.Literal.string(node.this.this.name))
    return node


def _typed_null(node: exp.Expr) -> exp.Expr:
    """The nulls that pad a UNION: a type that every number absorbs, where a bare null would become text."""
    is_padding = isinstance(node, exp.Alias) and isinstance(node.this, exp.Null)
    if is_padding and isinstance(node.parent, exp.Select) and isinstance(node.parent.parent, exp.Union):
        node.set("this", exp.cast(exp.Null(), exp.DataType.Type.SMALLINT))
    return node


def _precise_mean(node: exp.Expr) -> exp.Expr:
    """The mean and the quotient of decimals as doubles; Spark would round them to a few places."""
    is_mean = isinstance(node, exp.Avg) and not isinstance(node.this, exp.Cast | exp.Distinct)
    is_quotient = isinstance(node, exp.Div) and not isinstance(node.this, exp.Cast)
    if is_mean or is_quotient:
        node.set("this", _as_double(node.this))
    return node


def _as_double(tree: exp.Expr) -> exp.Cast:
    return exp.Cast(this=tree, to=exp.DataType(this=exp.DataType.Type.DOUBLE, nested=False))


def _edges_between(node: exp.Expr) -> exp.Expr:
    """A difference of instants counts the units' edges between them, not the whole units that have passed."""
    if isinstance(node, exp.DateDiff):
        unit = node.args.get("unit") or exp.var("DAY")
        for side in ("this", "expression"):
            value = node.args[side]
            if not (isinstance(value, exp.Cast) and value.is_type(exp.DataType.Type.DATE)) or unit.name != "DAY":
                node.set(side, exp.TimestampTrunc(this=value, unit=exp.var(unit.name)))
    return node


def _weekday(dialect: str) -> Rewrite:
    """Monday as 1."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Extract) or node.name.upper() != "ISODOW":
            return node
        if dialect == "clickhouse":
            return exp.func("toDayOfWeek", node.expression, dialect=dialect)
        if dialect in _WEEKDAY_NAMES:
            node.set("this", exp.var(_WEEKDAY_NAMES[dialect]))
            return node
        word, sunday = _SUNDAY[dialect]
        node.set("this", exp.var(word))
        since_monday = exp.Add(this=node.copy(), expression=exp.Literal.number(6 - sunday))
        remainder = exp.Mod(this=exp.Paren(this=since_monday), expression=exp.Literal.number(7))
        return exp.Paren(this=exp.Add(this=remainder, expression=exp.Literal.number(1)))

    return rewrite


def _percentile(dialect: str) -> Rewrite:
    """A continuous percentile as a plain aggregate; Trino and BigQuery have approximate ones alone."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Median) and dialect in ("bigquery", "trino"):
            node = exp.PercentileCont(this=node.this, expression=exp.Literal.number(0.5))
        if not isinstance(node, exp.PercentileCont) or node.args.get("expression") is None:
            return node
        if dialect == "clickhouse":
            named = exp.ParameterizedAgg(this="quantileExactInclusive", expressions=[node.expression])
            named.set("params", [node.this])
            return named
        kind = exp.Quantile if dialect in _SPARK else exp.ApproxQuantile
        return kind(this=node.this, quantile=node.expression)

    return rewrite


def _told_apart(tree: exp.Query) -> exp.Query:
    """Named subqueries with a name each: sqlglot lifts those of inner queries to the top for Spark.

    A renamed one keeps its old name as the alias under which its query reads it.
    """
    taken: set[str] = set()
    for inner in sorted(tree.find_all(exp.With), key=lambda found: found.depth):
        holder = inner.parent
        assert holder is not None, "a WITH belongs to a query"
        for named in inner.expressions:
            old, new, count = named.alias, named.alias, 1
            while new in taken:
                count += 1
                new = f"{old}_{count}"
            taken.add(new)
            if new != old:
                named.set("alias", exp.TableAlias(this=exp.to_identifier(new)))
                _rename(holder, old, new)
    return tree


def _rename(holder: exp.Expr, old: str, new: str) -> None:
    for table in list(holder.find_all(exp.Table)):
        if table.name == old and not table.db and not _is_hidden(table, holder, old):
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(old)))
            table.set("this", exp.to_identifier(new))


def _is_hidden(table: exp.Expr, holder: exp.Expr, name: str) -> bool:
    """Whether a query between the two has something of that name itself."""
    node = table.parent
    while node is not None and node is not holder:
        inner = node.args.get("with_")
        if inner is not None and any(each.alias == name for each in inner.expressions):
            return True
        node = node.parent
    return False


_REWRITES: dict[str, tuple[Rewrite, ...]] = {
    "postgres": (_plain_interval, _typed_null),
    "redshift": (_plain_interval, _typed_null, _weekday("redshift")),
    "spark": (_plain_interval, _precise_mean, _edges_between, _weekday("spark"), _percentile("spark")),
    "databricks": (_plain_interval, _precise_mean, _edges_between, _weekday("databricks"), _percentile("databricks")),
    "snowflake": (_plain_interval, _weekday("snowflake")),
    "bigquery": (_plain_interval, _weekday("bigquery"), _percentile("bigquery")),
    "trino": (_plain_interval, _weekday("trino"), _percentile("trino")),
    "clickhouse": (_plain_interval, _weekday("clickhouse"), _percentile("clickhouse")),
}
