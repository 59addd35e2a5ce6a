"""Numbers, texts, nulls and names in each dialect, where the same words mean another thing or nothing."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.engines.rewriting import Rewrite, cast, parts, refuse
from semantic_layer.sql.value_types import kind_of

_TYPE = exp.DataType.Type
_WHOLE = (_TYPE.TINYINT, _TYPE.SMALLINT, _TYPE.INT, _TYPE.BIGINT)
# what DuckDB computes in double precision whatever goes in
_DOUBLES = (exp.Div, exp.Avg, exp.Median, exp.PercentileCont, exp.Quantile, exp.Sqrt, exp.Ln, exp.Log, exp.Exp)


def typed_null(node: exp.Expr) -> exp.Expr:
    """The nulls that pad a UNION: a type that every number absorbs, where a bare null would become text."""
    is_padding = isinstance(node, exp.Alias) and isinstance(node.this, exp.Null)
    if is_padding and isinstance(node.parent, exp.Select) and isinstance(node.parent.parent, exp.Union):
        node.set("this", cast(exp.Null(), _TYPE.SMALLINT))
    return node


def whole_division(node: exp.Expr) -> exp.Expr:
    """PostgreSQL's DIV gives a number with a scale."""
    return cast(node.copy(), _TYPE.BIGINT) if isinstance(node, exp.IntDiv) else node


def postgres_number(node: exp.Expr) -> exp.Expr:
    """Halves are rounded away from zero, of doubles too; a logarithm's base comes first, and is ten alone."""
    if isinstance(node, exp.Round):
        node.set("this", cast(node.this, _TYPE.DECIMAL))
    if isinstance(node, exp.Log) and node.expression is not None:
        base, value = node.this, node.expression
        if base.name == "10":
            return exp.Log(this=cast(value, _TYPE.DOUBLE))
        double = [exp.Ln(this=cast(each, _TYPE.DOUBLE)) for each in (value, base)]
        return exp.Paren(this=exp.Div(this=double[0], expression=double[1], typed=False, safe=False))
    return node


def rounding_cast(dialect: str) -> Rewrite:
    """A number made whole is rounded, where the dialect would cut it off; halves of doubles to the even number."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Cast) or node.to.this not in _WHOLE or kind_of(node.this) != "number":
            return node
        is_double = dialect == "spark" and isinstance(node.this.unnest(), _DOUBLES)
        node.set("this", exp.Anonymous(this="RINT" if is_double else "ROUND", expressions=[node.this]))
        return node

    return rewrite


def null_safe_join(node: exp.Expr) -> exp.Expr:
    """PostgreSQL joins by hash only on what is equal: arrays of one value are, of nulls too."""
    if isinstance(node, exp.NullSafeEQ) and node.find_ancestor(exp.Join, exp.Select) is not None:
        holder = node.find_ancestor(exp.Join, exp.Select)
        if isinstance(holder, exp.Join):
            one, other = (exp.Array(expressions=[side]) for side in (node.this, node.expression))
            return exp.EQ(this=one, expression=other)
    return node


def null_safe_by_hand(node: exp.Expr) -> exp.Expr:
    """Redshift has no IS DISTINCT FROM."""
    if not isinstance(node, exp.NullSafeEQ | exp.NullSafeNEQ):
        return node
    one, other = parts(node.this), parts(node.expression)
    nulls = [exp.Is(this=side.copy(), expression=exp.Null()) for side in (one, other)]
    if isinstance(node, exp.NullSafeEQ):
        both = exp.Paren(this=exp.And(this=nulls[0], expression=nulls[1]))
        return exp.Paren(this=exp.Or(this=exp.EQ(this=one, expression=other), expression=both))
    different = exp.NEQ(this=one, expression=other)
    if isinstance(other, exp.Literal):
        return exp.Paren(this=exp.Or(this=different, expression=nulls[0]))
    unequal = exp.NEQ(this=exp.Paren(this=nulls[0]), expression=exp.Paren(this=nulls[1]))
    return exp.Paren(this=exp.Or(this=exp.Coalesce(this=different, expressions=[exp.false()]), expression=unequal))


def greatest_known(node: exp.Expr) -> exp.Expr:
    """The greatest or least of what is known, where the dialect's is null as soon as one is."""
    if not isinstance(node, exp.Greatest | exp.Least) or not node.args.get("ignore_nulls"):
        return node
    values = [node.this, *node.expressions]
    known = [
        exp.Coalesce(this=value.copy(), expressions=[other.copy() for other in values if other is not value])
        for value in values
    ]
    node.set("this", known[0])
    node.set("expressions", known[1:])
    return node


def first_match(dialect: str) -> Rewrite:
    """Refuses to replace the first match of a pattern alone, where all would be."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.RegexpReplace):
            modifiers = node.args.get("modifiers")
            if modifiers is None or "g" not in modifiers.name:
                raise refuse(node, dialect)
            rest = modifiers.name.replace("g", "")
            node.set("modifiers", exp.Literal.string(rest) if rest else None)
            node.set("single_replace", None)
        return node

    return rewrite


def without_dots(node: exp.Expr) -> exp.Expr:
    """BigQuery takes no dot into a column's name: `people.joined_at__month` is called by its parts alike."""
    if isinstance(node, exp.Identifier) and "." in node.name and isinstance(node.parent, exp.Alias | exp.Column):
        node.set("this", node.name.replace(".", "__"))
    return node


def quoted_names(dialect: str, reserved: frozenset[str]) -> Rewrite:
    """Names that are words of the dialect in quotes, as what they would be without: upper case in Snowflake."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Identifier) and not node.args.get("quoted") and node.name.lower() in reserved:
            node.set("this", node.name.upper() if dialect == "snowflake" else node.name)
            node.set("quoted", True)
        return node

    return rewrite
