"""FROM and WHERE: the rows of one dataset, joined to-one, filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlglot import exp

from semantic_layer.model.joins import AS_OF_TODAY, AT_INSTANT
from semantic_layer.model.model import Dataset, Step, Validity
from semantic_layer.resolve.binding import field_tree, found_column, instant_field, substitute
from semantic_layer.resolve.leaves import Bucket, Rows
from semantic_layer.sql.nodes import (
    aliased,
    all_of,
    any_of,
    as_date,
    as_timestamp,
    day_literal,
    day_text,
    joined,
    select_from,
    subquery,
)

Literals = Mapping[str, exp.Expr]


def _may_miss(step: Step) -> bool:
    del step
    return False


@dataclass(frozen=True, eq=False)
class Sources:
    """Where rows come from: the model's tables and queries, with the values of parameters, and the conditions that
    stand for populations (entities by their own metric) by name. `finds` tells the joins by which every row is certain
    to find one."""

    datasets: Mapping[str, Dataset]
    literals: Literals
    finds: Callable[[Step], bool] = _may_miss
    populations: Mapping[str, exp.Expr] = field(default_factory=dict)

    def table(self, dataset: str) -> exp.Expr:
        """A dataset as something to select from, under its own name."""
        found = self.datasets[dataset]
        alias = exp.to_identifier(dataset)
        if found.source is None:
            assert found.definition.table is not None, "a dataset is a table or a query"
            named = parsed_table(found.definition.table).copy()
            if named.name != dataset:
                named.set("alias", exp.TableAlias(this=alias))
            return named
        query = substitute(found.source, self.literals)
        return exp.Subquery(this=query, alias=exp.TableAlias(this=alias))

    def joined(self, dataset: str, steps: Iterable[Step], instant: exp.Expr | None = None) -> exp.Select:
        """An empty SELECT from a dataset with its to-one neighbours joined on the left: rows never multiply.

        `instant` is the end of what is counted, for versions as of then.
        """
        return self.with_steps(select_from(self.table(dataset)), steps, instant)

    def along(
        self, dataset: str, steps: Iterable[Step], spine: Callable[[exp.Select], exp.Select], instant: exp.Expr
    ) -> exp.Select:
        """Such a SELECT with a spine joined too: before the versions as of `instant`, a column of the spine."""
        fixed, moving = _apart(steps)
        return self.with_steps(spine(self.joined(dataset, fixed)), moving, instant, fixed)

    def with_steps(
        self, select: exp.Select, steps: Iterable[Step], instant: exp.Expr | None = None, before: Iterable[Step] = ()
    ) -> exp.Select:
        """The SELECT with to-one neighbours joined on the left, or just so where that is certain to be the same.

        `before` are the steps that it has already.
        """
        unsure: set[str] = set()
        found = {step.target: step for step in before}
        for step in dict.fromkeys(steps):
            found[step.target] = step
            on: list[exp.Expr] = [
                exp.EQ(this=exp.column(a, table=step.source), expression=exp.column(b, table=step.target))
                for a, b in step.on
            ]
            if step.validity is not None:
                on += self._valid(step, step.validity, instant, found)
            is_sure = step.source not in unsure and self.finds(step)
            unsure |= set() if is_sure else {step.target}
            select = joined(select, self.table(step.target), all_of(on), "" if is_sure else "LEFT")
        return select

    def valid(self, step: Step) -> list[exp.Expr]:
        """That a version is good: at an instant that the row itself has, or as of today."""
        assert step.validity is not None, "asked of versions"
        return self._valid(step, step.validity, None, {step.target: step})

    def _valid(
        self, step: Step, validity: Validity, instant: exp.Expr | None, found: Mapping[str, Step]
    ) -> list[exp.Expr]:
        """The version that is good at an instant; as of an end, the one that is good just before it."""
        fields = self.datasets[step.target].fields
        since, until = (
            field_tree(fields[name], self.datasets, self.literals, set()) for name in (validity.since, validity.until)
        )
        unended = exp.Is(this=until.copy(), expression=exp.Null())
        field = instant_field(step, self.datasets)
        if field is not None:

            def partner(target: str) -> exp.Column | None:
                return found_column(found[target]) if target in found else None

            at = field_tree(field, self.datasets, self.literals, set(), partner=partner)
            ended = any_of([unended, exp.LT(this=at, expression=until)])
            return [exp.LTE(this=since, expression=at.copy()), ended]
        if validity.at == AS_OF_TODAY:
            instant = day_literal(date.fromisoformat(self.literals["as_of"].this.name) + timedelta(days=1))
        assert instant is not None, "versions as of an instant are of what is counted at one"
        ended = any_of([unended, exp.GTE(this=until, expression=instant.copy())])
        return [exp.LT(this=since, expression=instant.copy()), ended]

    def read(self, rows: Rows, steps: Iterable[Step] | None = None, instant: exp.Expr | None = None) -> exp.Select:
        """An empty SELECT from rows, by their own joins or by `steps` in place of their own."""
        if rows.origin is None:
            return self.joined(rows.dataset, rows.steps if steps is None else steps, instant)
        select = select_from(rows.origin.copy())
        for joint in rows.joints:
            select = joined(select, joint.source.copy(), joint.on.copy() if joint.on is not None else None, joint.side)
        return select

    def filters(self, rows: Rows) -> list[exp.Expr]:
        """The request's conditions on these rows, with populations in place."""
        return [substitute(each, self.populations) for each in rows.filters]


def is_moving(step: Step) -> bool:
    """Whether what the step finds depends on the instant at which is counted."""
    return step.validity is not None and step.validity.at == AT_INSTANT


def _apart(steps: Iterable[Step]) -> tuple[list[Step], list[Step]]:
    """The steps that no instant moves, and those that one does, or that stand on such."""
    fixed: list[Step] = []
    moving: list[Step] = []
    for step in dict.fromkeys(steps):
        hangs_on = any(step.source == each.target for each in moving)
        (moving if hangs_on or is_moving(step) else fixed).append(step)
    return fixed, moving


def where(select: exp.Select, conditions: Iterable[exp.Expr | None]) -> exp.Select:
    """Add conditions, each once; an OR is put in parentheses."""
    distinct: list[exp.Expr] = []
    for condition in conditions:
        if condition is not None and condition not in distinct:
            distinct.append(condition)
    if distinct:
        select.set("where", exp.Where(this=all_of(distinct)))
    return select


def spine_table(spine: Iterable[Bucket], name: str, *, is_moved: bool = False) -> exp.Subquery:
    """Buckets as a table `name(bucket, bucket_start, bucket_end)`; moved ones also with their `source`."""
    names = ("bucket", "bucket_start", "bucket_end", *(("source",) if is_moved else ()))
    return _days_table(name, names, [(each.label, each.start, each.end, each.source)[: len(names)] for each in spine])


def labels_table(spine: Iterable[Bucket], name: str, *, is_moved: bool = False) -> exp.Subquery:
    """The labels of buckets alone, as a table `name(bucket)`; of moved ones also their `source`."""
    names = ("bucket", *(("source",) if is_moved else ()))
    return _days_table(name, names, [(each.label, each.source)[: len(names)] for each in spine])


def _days_table(name: str, names: Sequence[str], rows: Sequence[tuple[date | None, ...]]) -> exp.Subquery:
    """Days or moments as a table; no rows are a table without rows.

    They are texts, each column cast once: a cast in every cell takes longer to plan than many a question to compute.
    """
    if not rows:
        nothing = exp.Select().select(*(aliased(as_date(exp.Null()), each) for each in names), copy=False)
        return subquery(where(nothing, [exp.false()]), name)
    cells = [exp.Tuple(expressions=[exp.Null() if day is None else day_text(day) for day in row]) for row in rows]
    alias = exp.TableAlias(this=exp.to_identifier(name), columns=[exp.to_identifier(each) for each in names])
    outputs = []
    for column, days in zip(names, zip(*rows, strict=True), strict=True):
        cast = as_timestamp if any(isinstance(day, datetime) for day in days) else as_date
        outputs.append(aliased(cast(exp.column(column, table=name)), column))
    select = select_from(exp.Values(expressions=cells, alias=alias))
    return subquery(select.select(*outputs, copy=False), name)


@lru_cache(maxsize=4096)
def parsed_table(name: str) -> exp.Table:
    """A physical table's name, with its schema if it has one. Copy before use."""
    return exp.to_table(name, dialect="duckdb")
