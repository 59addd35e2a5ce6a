"""A rollup as it is bound: the statement that makes its cells, and what they hold of which expressions over rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.rows import Sources
from semantic_layer.model.definitions import RollupDefinition
from semantic_layer.resolve.binding import MissingColumnError, UnbindableError, WithheldError
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.leaves import Branch, Measure
from semantic_layer.resolve.measures import MeasureMaker
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.sql.added_up import added_up
from semantic_layer.sql.nodes import aliased, all_of, free_name, grouped, truncated
from semantic_layer.sql.value_types import kind_of, of_kind, without_kinds
from semantic_layer.time.periods import Grain

EVERY_ROW = "every_row"
BUCKET = "bucket"


@dataclass(frozen=True, eq=False)
class Counted:
    """What cells hold of the rows that meet a condition (None: of all): how many they are, in the column `rows`, and by
    sum or count the column of its value."""

    condition: exp.Expr | None
    rows: str
    values: Mapping[exp.Expr, str]


@dataclass(frozen=True, eq=False)
class Cells:
    """A rollup as it is bound: `select` makes its rows, each of a group and a unit of `time`. `groups` are the columns
    of its dimensions by what they stand for, `rows` are the rows of its `dataset` alone, `reached` all the datasets
    that are read."""

    name: str
    alias: str
    grain: Grain
    select: exp.Select
    time: exp.Expr
    groups: Mapping[exp.Expr, exp.Column]
    counted: tuple[Counted, ...]
    dataset: str
    rows: exp.Expr
    reached: tuple[str, ...]

    @property
    def made_by(self) -> str:
        """What changes whenever the rows would be others of the same data."""
        return sha256(self.select.sql("duckdb").encode()).hexdigest()

    def over(self, tree: exp.Expr) -> exp.Expr | None:
        """An expression over rows as one over cells; None where rows of one cell may differ in it."""
        found = tree.copy().transform(self._group, copy=False)
        if found.find(exp.Placeholder, exp.Query):
            return None
        return found if all(column.table == self.alias for column in found.find_all(exp.Column)) else None

    def _group(self, node: exp.Expr) -> exp.Expr:
        column = self.groups.get(node)
        return node if column is None else column.copy()


def cells_of(rollup: RollupDefinition, context: Context) -> Cells:
    """A rollup, bound as a request for its metrics by its dimensions is. Raises UnbindableError, MissingColumnError."""
    model = context.model
    alias = free_name(rollup.name, tuple(model.datasets))
    maker, ever = MeasureMaker(context, QueryRows(context), rollup.dimensions), Branch("", None, context.as_of)
    leaves = dict.fromkeys(leaf for name in rollup.metrics for leaf in model.leaves(name))
    measures = [maker.make(leaf, (ever,)) for leaf in leaves]
    first = measures[0]
    assert first.time is not None, "checked when the model was loaded"
    taken = [EVERY_ROW, BUCKET]
    outputs, groups = list[exp.Expr](), dict[exp.Expr, exp.Column]()
    for name, tree in zip(rollup.dimensions, first.rows.keys, strict=True):
        column = _named(name.replace(".", "__"), taken)
        outputs.append(aliased(tree.copy(), column))
        if tree.find(exp.Column) is not None:
            cell = of_kind(exp.column(column, table=alias), kind_of(tree))
            # a key is bound by what points at it, without its kind
            groups |= {tree: cell, without_kinds(tree): cell}
    outputs.append(aliased(truncated(first.time, rollup.grain), BUCKET))
    count = len(outputs)
    outputs.append(aliased(_stored(exp.Count(this=exp.Star(), big_int=True), None), EVERY_ROW))
    counted = tuple(_counted(measures, outputs, taken))
    steps = tuple(dict.fromkeys(step for measure in measures for step in measure.rows.steps))
    dataset = first.rows.dataset
    sources = Sources(model.datasets, context.binder.literals)
    return Cells(
        name=rollup.name,
        alias=alias,
        grain=rollup.grain,
        select=grouped(sources.joined(dataset, steps).select(*outputs, copy=False), count),
        time=first.time,
        groups=MappingProxyType(groups),
        counted=counted,
        dataset=dataset,
        rows=sources.table(dataset),
        reached=(dataset, *(step.target for step in steps)),
    )


def cells_in(context: Context) -> tuple[Cells, ...]:
    """The rollups of a model that its database has everything for."""
    found: list[Cells] = []
    for rollup in context.model.rollups.values():
        with suppress(UnbindableError, MissingColumnError, WithheldError):
            found.append(cells_of(rollup, context))
    return tuple(each for each in found if not context.unavailable.keys() & set(each.reached))


def _named(name: str, taken: list[str]) -> str:
    taken.append(free_name(name, taken))
    return taken[-1]


def _counted(measures: Sequence[Measure], outputs: list[exp.Expr], taken: list[str]) -> Iterator[Counted]:
    """The columns of all measures, those over the same rows together; `outputs` and `taken` grow by them."""
    conditions = dict.fromkeys(measure.condition for measure in measures)
    for condition in conditions:
        alike = [measure for measure in measures if measure.condition == condition]
        rows = _named(f"{alike[0].alias}_rows", taken)
        outputs.append(aliased(_stored(exp.Count(this=exp.Star(), big_int=True), condition), rows))
        values: dict[exp.Expr, str] = {}
        for measure in alike:
            for part in parts_of(measure) or ():
                for name, each in ((measure.alias, part), (f"{measure.alias}_count", _counting(part))):
                    if each not in values:
                        values[each] = _named(name, taken)
                        outputs.append(aliased(_stored(each, condition), values[each]))
        yield Counted(condition, rows, MappingProxyType(values))


def parts_of(measure: Measure) -> tuple[exp.Expr, ...] | None:
    """The sums and counts that a measure is made of; None where it has others."""
    return None if measure.aggregate is None else added_up(measure.aggregate)


def _counting(part: exp.Expr) -> exp.Expr:
    """How many values a sum is of, which is told beside rates and changes; a count as it is."""
    return part.transform(lambda node: exp.Count(this=node.this, big_int=True) if isinstance(node, exp.Sum) else node)


def _stored(part: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    """A sum or count over the rows that meet a condition; counts as plain integers, whose sums are whole everywhere."""
    wanted = [each.copy() for each in conjuncts(condition)]
    if isinstance(part, exp.Filter):
        wanted = [part.expression.this.copy(), *wanted]
    bare = (part.this if isinstance(part, exp.Filter) else part).copy()
    found = exp.Filter(this=bare, expression=exp.Where(this=all_of(wanted))) if wanted else bare
    return exp.cast(found, "INT", copy=False) if isinstance(bare, exp.Count) else found


def conjuncts(tree: exp.Expr | None) -> tuple[exp.Expr, ...]:
    """The conditions that hold together."""
    match tree:
        case None:
            return ()
        case exp.And():
            return (*conjuncts(tree.this), *conjuncts(tree.expression))
        case exp.Paren(this=exp.And()):
            return conjuncts(tree.this)
        case _:
            return (tree,)
