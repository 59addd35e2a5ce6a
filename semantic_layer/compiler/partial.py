"""Aggregates in two steps: parts over finer groups, and the whole value put together from the parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

# the source of the parts, under which the whole expressions name them
PARTS = "parts"


@dataclass
class Split:
    """What the first step must yield: `keys` that it groups by as well (for counts of different values), and `parts`.

    Both map expressions over the rows to the names of their columns.
    """

    keys: dict[exp.Expr, str] = field(default_factory=dict)
    parts: dict[exp.Expr, str] = field(default_factory=dict)

    def whole(self, value: exp.Expr) -> exp.Expr | None:
        """The value as an expression over the columns of `PARTS`; None where it cannot be had from parts."""
        can_be_split = True

        def replace(node: exp.Expr) -> exp.Expr:
            nonlocal can_be_split
            is_filtered = isinstance(node, exp.Filter)
            inner = node.this if is_filtered else node
            if isinstance(inner, exp.AggFunc):
                found = self._combined(inner, node.expression.this if is_filtered else None)
                can_be_split = can_be_split and found is not None
                return found or exp.Null()
            return node

        found = value.transform(replace)
        is_whole = all(column.table == PARTS for column in found.find_all(exp.Column))
        return found if can_be_split and is_whole else None

    def _combined(self, function: exp.AggFunc, condition: exp.Expr | None) -> exp.Expr | None:
        if isinstance(function, exp.Count) and isinstance(function.this, exp.Distinct):
            return self._different(function.this.expressions, condition)
        if function.find(exp.Distinct) is not None:
            return None
        name = self.parts.setdefault(_narrowed(function, condition), f"part_{len(self.parts) + 1}")
        column = exp.column(name, table=PARTS)
        match function:
            case exp.Count() | exp.CountIf() | exp.Sum():
                return exp.Sum(this=column)
            case exp.Min() | exp.Max():
                return type(function)(this=column)
            case _:
                return None

    def _different(self, values: list[exp.Expr], condition: exp.Expr | None) -> exp.Expr | None:
        if len(values) != 1:
            return None
        value = values[0]
        if condition is not None:
            value = exp.Case(ifs=[exp.If(this=condition.copy(), true=value.copy())])
        name = self.keys.setdefault(value, f"different_{len(self.keys) + 1}")
        return exp.Count(this=exp.Distinct(expressions=[exp.column(name, table=PARTS)]), big_int=True)


def _narrowed(function: exp.AggFunc, condition: exp.Expr | None) -> exp.Expr:
    if condition is None:
        return function.copy()
    return exp.Filter(this=function.copy(), expression=exp.Where(this=condition.copy()))
