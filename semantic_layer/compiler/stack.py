"""Passes put side by side: one row for each group, whichever passes know it.

Each pass is padded with nulls and the whole is stacked and grouped again, so that null groups meet, no pass multiplies
another, and every engine can do it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.passes import Pass, Shape
from semantic_layer.compiler.rows import labels_table
from semantic_layer.query.result import ColumnType
from semantic_layer.resolve.leaves import Bucket
from semantic_layer.resolve.shown import KeepCondition
from semantic_layer.sql.nodes import aliased, all_of, grouped, joined, select_from, subquery, table
from semantic_layer.sql.value_types import of_kind

Named = tuple[str, exp.Select]
Kinds = Mapping[str, ColumnType | None]
_UNKNOWN: Kinds = MappingProxyType({})
# numbers need no type here: where an engine wants one of their nulls, its dialect gives it
_TYPES: dict[ColumnType | None, exp.DType] = {
    "text": exp.DataType.Type.TEXT,
    "boolean": exp.DataType.Type.BOOLEAN,
    "date": exp.DataType.Type.DATE,
    "timestamp": exp.DataType.Type.TIMESTAMP,
}


def stacked(
    made: Sequence[Pass],
    shape: Shape,
    shown: Sequence[KeepCondition],
    kinds: Kinds = _UNKNOWN,
    untold: Collection[str] = (),
) -> tuple[list[Named], str]:
    """CTEs of the passes and of the groups they make together, and the name of the last.

    Values that must appear even without rows (`shown`) are stacked as groups of their own. `kinds` are those of the
    values under each alias, where they are known: nulls in place of dates, texts and truths must be of their type. The
    nulls of `untold` aliases, whose values may be no numbers, are of the type that their own pass has.
    """
    named: list[Named] = [(each.name, each.select) for each in made]
    extra = _shown_groups(shape, shown)
    if len(made) == 1 and not extra:
        return named, made[0].name
    aliases = [alias for each in made for alias in each.aliases]
    homes = {alias: each.name for each in made for alias in each.aliases if alias in untold}
    nulls = {alias: _null(alias, kinds, homes) for alias in aliases}
    parts: list[exp.Select] = [_padded(each, nulls, shape) for each in made]
    parts += [exp.Select().select(*keys, *(each.copy() for each in nulls.values()), copy=False) for keys in extra]
    union: exp.Query = parts[0]
    for part in parts[1:]:
        union = exp.Union(this=union, expression=part, distinct=False)
    outputs: list[exp.Expr] = [exp.column(name) for name in shape.names]
    values = {alias: of_kind(exp.column(alias), kinds.get(alias)) for alias in aliases}
    outputs += [aliased(exp.Max(this=value), alias) for alias, value in values.items()]
    select = select_from(exp.Subquery(this=union, alias=_alias("stacked")))
    select = select.select(*outputs, copy=False)
    return [*named, ("groups", grouped(select, len(shape.names)))], "groups"


def filled(source: str, spine: Sequence[Bucket], shape: Shape, aliases: Sequence[str]) -> exp.Select:
    """Every bucket of the spine for every group there is, with nulls where the group has no rows."""
    assert shape.grain is not None, "only trends are filled"
    select = select_from(labels_table(spine, "spine"))
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


def _padded(made: Pass, nulls: Mapping[str, exp.Expr], shape: Shape) -> exp.Select:
    select = select_from(table(made.name))
    outputs: list[exp.Expr] = [exp.column(name) for name in shape.names]
    for alias, null in nulls.items():
        outputs.append(exp.column(alias) if alias in made.aliases else null.copy())
    return select.select(*outputs, copy=False)


def _shown_groups(shape: Shape, shown: Sequence[KeepCondition]) -> list[list[exp.Expr]]:
    if shape.grain is not None:
        return []
    return [[aliased(value.copy(), each.column)] for each in shown for value in each.values]


def _null(alias: str, kinds: Kinds, homes: Mapping[str, str]) -> exp.Expr:
    if alias in homes:
        none = select_from(table(homes[alias])).select(exp.column(alias), copy=False).limit(0, copy=False)
        return aliased(exp.Subquery(this=none), alias)
    kind = _TYPES.get(kinds.get(alias))
    typed = exp.Cast(this=exp.Null(), to=exp.DataType(this=kind, nested=False)) if kind is not None else exp.Null()
    return aliased(typed, alias)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))
