"""Types and roles of fields: what the document says, and where it says nothing, what its expressions show."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from semantic_layer.interop.ossie.spec import DataType, OssieField
from semantic_layer.model.definitions import FieldType, Role
from semantic_layer.sql.parsing import Sql

TYPES: dict[DataType, FieldType] = {
    "String": "text",
    "Integer": "integer",
    "Decimal": "number",
    "Float": "number",
    "Boolean": "boolean",
    "Date": "date",
    "Time": "text",
    "DateTime": "timestamp",
    "DateTimeTz": "timestamp",
    "Opaque": "text",
}
_TEMPORAL = ("Date", "Time", "DateTime", "DateTimeTz")
_TRUTHS = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)
_COUNTED = (exp.Extract, exp.Year, exp.Quarter, exp.Month, exp.Day, exp.DayOfYear, exp.Hour, exp.DateDiff)
_CASTS: dict[str, FieldType] = {
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamp",
    "BOOLEAN": "boolean",
    "INT": "integer",
    "BIGINT": "integer",
    "SMALLINT": "integer",
    "DOUBLE": "number",
    "FLOAT": "number",
    "DECIMAL": "number",
}
_NUMERIC = (
    exp.Sum,
    exp.Avg,
    exp.Median,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Variance,
    exp.VariancePop,
    exp.PercentileCont,
    exp.Quantile,
    exp.ApproxQuantile,
    exp.Min,
    exp.Max,
)
_ARITHMETIC = (exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Distinct, exp.Coalesce, exp.Round)


def is_time(field: OssieField) -> bool:
    """Whether the field is a dimension of time: as it says, else by its data type."""
    if field.dimension is not None and field.dimension.is_time is not None:
        return field.dimension.is_time
    return field.datatype in _TEMPORAL


def type_of(field: OssieField, sql: Sql, shown: FieldType | None) -> FieldType | None:
    """The type of a field: its data type's, else what its expression gives, else what metrics show; None if unknown."""
    if field.datatype is not None:
        return TYPES[field.datatype]
    tree = sql.tree.unnest() if isinstance(sql.tree, exp.Paren) else sql.tree
    if isinstance(tree, exp.Cast):
        cast = tree.to.this
        return _CASTS.get(str(getattr(cast, "value", cast)), "text")
    if isinstance(tree, exp.DPipe | exp.Concat | exp.Upper | exp.Lower | exp.Trim):
        return "text"
    if isinstance(tree, _TRUTHS):
        return "boolean"
    if isinstance(tree, _COUNTED):
        return "integer"
    return "number" if isinstance(tree, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Mod) else shown


def role_of(field: OssieField, kind: FieldType | None, is_key: bool, is_foreign: bool, is_summed: bool) -> Role:
    """The role of a field. Foreign keys are keys whatever else they say, for their values are those of another's."""
    says_dimension = field.dimension is not None
    if is_time(field) and kind in ("date", "timestamp"):
        return "time"
    if is_foreign or (is_key and not (says_dimension and kind in ("text", None))):
        return "key"
    if field.datatype == "Opaque":
        return "attribute"
    if not says_dimension and (kind == "number" or is_summed or (kind == "integer" and field.datatype is not None)):
        return "fact"
    return "dimension"


def summed(sql: Sql) -> Iterator[exp.Column]:
    """The columns whose values an expression adds up or averages as numbers."""
    for aggregate in sql.aggregates:
        for node in aggregate.find_all(*_NUMERIC):
            yield from terms(node.this)


def shown(sql: Sql) -> Iterator[tuple[exp.Column, FieldType]]:
    """What an expression shows of the types of columns: by adding them up, by what it compares them with."""
    for column in summed(sql):
        yield column, "number"
    for node in sql.tree.walk():
        if isinstance(node, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE):
            sides = (node.this, node.expression)
            for one, other in (sides, sides[::-1]):
                yield from _beside(one, [other])
        elif isinstance(node, exp.Between):
            yield from _beside(node.this, [node.args["low"], node.args["high"]])
        elif isinstance(node, exp.In):
            yield from _beside(node.this, node.expressions)
        else:
            yield from ((each, "boolean") for each in _conditions(node) if isinstance(each, exp.Column))


def _conditions(node: exp.Expr) -> tuple[exp.Expr, ...]:
    """The parts of a node that are asked whether they hold."""
    match node:
        case exp.And() | exp.Or():
            return (node.this, node.expression)
        case exp.Not() | exp.Where():
            return (node.this,)
        case exp.If() if not (isinstance(node.parent, exp.Case) and node.parent.this is not None):
            return (node.this,)
        case _:
            return ()


def _beside(tree: exp.Expr, values: list[exp.Expr]) -> Iterator[tuple[exp.Column, FieldType]]:
    if not isinstance(tree, exp.Column) or not values:
        return
    plain = [each.this if isinstance(each, exp.Neg) else each for each in values]
    if all(isinstance(each, exp.Boolean) for each in plain):
        yield tree, "boolean"
    elif all(isinstance(each, exp.Literal) and not each.is_string for each in plain):
        yield tree, "integer" if all(each.name.isdigit() for each in plain) else "number"


def counted(aggregate: exp.Expr) -> Iterator[exp.Column]:
    """The columns whose values an aggregate takes in, not those of its conditions alone."""
    for node in aggregate.find_all(exp.AggFunc):
        if isinstance(node.this, exp.Expr):
            yield from terms(node.this)


def terms(tree: exp.Expr) -> Iterator[exp.Column]:
    """The columns that a value is made of: through arithmetic and the results of CASE, not its conditions."""
    if isinstance(tree, exp.Column):
        yield tree
    elif isinstance(tree, _ARITHMETIC):
        for child in tree.iter_expressions():
            yield from terms(child)
    elif isinstance(tree, exp.Case):
        for branch in tree.args["ifs"]:
            yield from terms(branch.args["true"])
        if tree.args.get("default") is not None:
            yield from terms(tree.args["default"])
