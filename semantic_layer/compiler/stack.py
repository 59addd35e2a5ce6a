"""Passes put side by side: one row for each group, whichever passes know it.

Each pass is padded with nulls and the whole is stacked and grouped again, so that null groups meet, no pass multiplies
another, and every engine can do it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.compiler.passes import Pass, Shape
from semantic_layer.compiler.rows import spine_table
from semantic_layer.resolved import Bucket, KeepCondition
from semantic_layer.sql import aliased, all_of, grouped, joined, select_from, subquery, table

Named = tuple[str, exp.Select]


def stacked(made: Sequence[Pass], shape: Shape, shown: Sequence[KeepCondition]) -> tuple[list[Named], str]:
    """CTEs of the passes and of the groups they make together, and the name of the last.

    Values that must appear even without rows (`shown`) are stacked as groups of their own.
    """
    named: list[Named] = [(each.name, each.select) for each in made]
    extra = _shown_groups(shape, shown)
    if len(made) == 1 and not extra:
        return named, made[0].name
    aliases = [alias for each in made for alias in each.aliases]
    parts: list[exp.Select] = [_padded(each, aliases, shape) for each in made]
    parts += [_nulls(keys, aliases) for keys in extra]
    union: exp.Query = parts[0]
    for part in parts[1:]:
        union = exp.Union(this=union, expression=part, distinct=False)
    outputs: list[exp.Expr] = [exp.column(name) for name in shape.names]
    outputs += [aliased(exp.Max(this=exp.column(alias)), alias) for alias in aliases]
    select = select_from(exp.Subquery(this=union, alias=_alias("stacked")))
    select = select.select(*outputs, copy=False)
    return [*named, ("groups", grouped(select, len(shape.names)))], "groups"


def filled(source: str, spine: Sequence[Bucket], shape: Shape, aliases: Sequence[str]) -> exp.Select:
    """Every bucket of the spine for every group there is, with nulls where the group has no rows."""
    assert shape.grain is not None, "only trends are filled"
    select = select_from(spine_table(spine, "spine"))
    on: list[exp.Expr] = [
        exp.EQ(this=exp.column(shape.grain, table="g"), expression=exp.column("bucket", table="spine"))
    ]
    if shape.keys:
        keys = select_from(table(source))
        keys = keys.select(*(exp.column(key) for key in shape.keys), copy=False).distinct(copy=False)
        select = joined(select, subquery(keys, "k"), None)
        on += [
            exp.NullSafeEQ(this=exp.column(key, table="g"), expression=exp.column(key, table="k")) for key in shape.keys
        ]
    groups = table(source, "g")
    select = joined(select, groups, all_of(on), "LEFT")
    outputs: list[exp.Expr] = [exp.column(key, table="k") for key in shape.keys]
    outputs.append(aliased(exp.column("bucket", table="spine"), shape.grain))
    outputs += [exp.column(alias, table="g") for alias in aliases]
    return select.select(*outputs, copy=False)


def _padded(made: Pass, aliases: Sequence[str], shape: Shape) -> exp.Select:
    select = select_from(table(made.name))
    outputs: list[exp.Expr] = [exp.column(name) for name in shape.names]
    for alias in aliases:
        value = exp.column(alias) if alias in made.aliases else aliased(exp.Null(), alias)
        outputs.append(value)
    return select.select(*outputs, copy=False)


def _shown_groups(shape: Shape, shown: Sequence[KeepCondition]) -> list[list[exp.Expr]]:
    if shape.grain is not None:
        return []
    return [[_literal(value, each.column)] for each in shown for value in each.values]


def _nulls(keys: list[exp.Expr], aliases: Sequence[str]) -> exp.Select:
    nulls = [aliased(exp.Null(), alias) for alias in aliases]
    return exp.Select().select(*keys, *nulls, copy=False)


def _literal(value: object, name: str) -> exp.Expr:
    tree = exp.Literal.string(value) if isinstance(value, str) else exp.convert(value)
    return aliased(tree, name)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))
