"""What the data themselves make doubtful in a model that runs: codes that no row has, joins that find nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.engines.protocol import RawTable
from semantic_layer.errors import DefinitionProblem, Phrase, problem
from semantic_layer.model.model import Field, Step
from semantic_layer.resolve.binding import Binder
from semantic_layer.sql.nodes import aliased, all_of, joined, select_from

_MOST_CODES = 1000
Run = Callable[[exp.Select], RawTable | str | Phrase]


@problem(
    "code_not_in_data",
    zh="字段“{field}”列出了值 {codes:quoted}，但数据里没有。[数据里有：{there:quoted}。]",
    en="field '{field}' lists the values {codes:quoted}, which no row has.[ The data have {there:quoted}.]",
)
class CodeNotInData(DefinitionProblem):
    """Codes of a closed set that no row has: questions with their words find nothing."""

    field: str
    codes: tuple[str, ...]
    there: tuple[str, ...]


@problem(
    "joins_nothing",
    zh="关系“{source} → {target}”（{columns:both}）一行也没有连上：两边的值完全不同。",
    en="the relationship {source} -> {target} ({columns:both}) finds no row at all: no value is on both sides.",
)
class JoinsNothing(DefinitionProblem):
    """A relationship whose keys have no value in common: everything behind it is unknown."""

    source: str
    target: str
    columns: tuple[str, str]


def missing_codes(field: Field, sources: Sources, binder: Binder, run: Run, place: str) -> Iterator[DefinitionProblem]:
    """The codes of a field's own rows that none of them has; nothing where the data have too many values to tell."""
    codes = {_code(each): each for each in field.definition.values}
    if not codes:
        return
    bound = binder.field(field, field.dataset)
    rows = sources.joined(field.dataset, binder.steps(field.dataset, bound.datasets))
    found = run(rows.select(aliased(bound.expression.copy(), "code"), copy=False).distinct().limit(_MOST_CODES))
    if not isinstance(found, RawTable) or not found.rows or len(found.rows) == _MOST_CODES:
        return
    there = {_code(row[0]) for row in found.rows if row[0] is not None}
    missing = tuple(str(code) for text, code in codes.items() if text not in there)
    if missing and there:
        yield CodeNotInData(place, field.qualified, missing, tuple(sorted(there - codes.keys()))[:5])


def joins_nothing(step: Step, sources: Sources, run: Run, place: str) -> Iterator[DefinitionProblem]:
    """A step between rows that have keys on both sides, of which no two are the same."""
    pairs = [(exp.column(one, table=step.source), exp.column(other, table=step.target)) for one, other in step.on]
    one = select_from(sources.table(step.source))
    matched = joined(
        one, sources.table(step.target), all_of(exp.EQ(this=a.copy(), expression=b.copy()) for a, b in pairs)
    )
    found = run(matched.select("1", copy=False).limit(1))
    if not isinstance(found, RawTable) or found.rows:
        return
    for dataset, keys in ((step.source, [a for a, _ in pairs]), (step.target, [b for _, b in pairs])):
        known = [exp.Not(this=exp.Is(this=key, expression=exp.Null())) for key in keys]
        some = run(where(select_from(sources.table(dataset)).select("1", copy=False), known).limit(1))
        if not isinstance(some, RawTable) or not some.rows:
            return
    columns = (", ".join(a for a, _ in step.on), ", ".join(b for _, b in step.on))
    yield JoinsNothing(place, step.source, step.target, columns)


def _code(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
