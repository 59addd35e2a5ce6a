"""A resolved request to one SQL tree: passes over the data, stacked, filled, computed, finished."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.aggregates import safe_division
from semantic_layer.compiler.bucket_groups import with_bucket_groups
from semantic_layer.compiler.causes import compile_causes
from semantic_layer.compiler.cohorts import compile_cohort
from semantic_layer.compiler.explanation import compile_explanation
from semantic_layer.compiler.finish import finished
from semantic_layer.compiler.follows import compile_follows
from semantic_layer.compiler.funnels import compile_funnel
from semantic_layer.compiler.lift import compile_lift
from semantic_layer.compiler.lists import compile_list
from semantic_layer.compiler.over_groups import over_groups
from semantic_layer.compiler.passes import Shape, passes
from semantic_layer.compiler.paths import compile_paths
from semantic_layer.compiler.playbook import compile_playbook
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.compiler.stack import Named, filled, stacked
from semantic_layer.compiler.timeline import compile_timeline
from semantic_layer.model.model import Model, Step
from semantic_layer.query.result import ColumnType
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.filters import holds
from semantic_layer.resolve.leaves import Measure, Number
from semantic_layer.resolve.measures import has_division
from semantic_layer.resolve.ranks import is_ranked
from semantic_layer.resolve.resolved import (
    Population,
    Resolved,
    ResolvedCauses,
    ResolvedExplanation,
    ResolvedLift,
    ResolvedList,
    ResolvedMetrics,
    ResolvedPlaybook,
)
from semantic_layer.resolve.resolved_events import (
    ResolvedCohort,
    ResolvedFollows,
    ResolvedFunnel,
    ResolvedPaths,
    ResolvedTimeline,
)
from semantic_layer.sql.nodes import (
    aliased,
    all_of,
    any_of,
    joined,
    number_literal,
    select_from,
    subquery,
    table,
    with_ctes,
)
from semantic_layer.sql.value_types import kind_of

_NO_WINDOWS: Mapping[str, exp.Expr] = MappingProxyType({})


def compile_request(
    resolved: Resolved,
    populations: Iterable[Population],
    model: Model,
    literals: Mapping[str, exp.Expr],
    finds: Callable[[Step], bool],
) -> exp.Select:
    """The statement of a request. Columns come in the order of `resolved.columns`. `populations` are those that its
    conditions speak of, inner ones first; `finds` tells the joins by which every row is certain to find one.

    Where a limit applies, a last column `total_rows` counts the rows before it and one row more than asked is read,
    to tell ties at the edge.
    """
    sources = Sources(model.datasets, literals, finds)
    for each in populations:
        named = {**sources.populations, each.wanted.name: _population(each, sources)}
        sources = replace(sources, populations=named)
    return substitute(_statement(resolved, sources), sources.populations)  # groups by lists speak of populations too


def _statement(resolved: Resolved, sources: Sources) -> exp.Select:
    match resolved:
        case ResolvedList():
            return compile_list(resolved, sources, lambda query: _computed(query, sources))
        case ResolvedCohort():
            return compile_cohort(resolved, sources)
        case ResolvedFunnel():
            return compile_funnel(resolved, sources)
        case ResolvedExplanation():
            return compile_explanation(resolved, sources, _computed)
        case ResolvedFollows():
            return compile_follows(resolved, sources)
        case ResolvedLift():
            return compile_lift(resolved, sources)
        case ResolvedPaths():
            return compile_paths(resolved, sources)
        case ResolvedCauses() | ResolvedTimeline() | ResolvedPlaybook():
            return _of_loop(resolved, sources)
        case ResolvedMetrics():
            ctes, last = _computed(resolved, sources)
            return finished(resolved, ctes, last)


def _of_loop(resolved: ResolvedCauses | ResolvedTimeline | ResolvedPlaybook, sources: Sources) -> exp.Select:
    match resolved:
        case ResolvedCauses():
            return compile_causes(resolved, sources)
        case ResolvedTimeline():
            return compile_timeline(resolved, sources)
        case ResolvedPlaybook():
            return compile_playbook(resolved, lambda query: _computed(query, sources))


def _population(each: Population, sources: Sources) -> exp.Expr:
    """`key IN (SELECT key ... )`: the entities whose value meets, or if negated does not meet, the condition."""
    ctes, last = _computed(each.query, sources)
    members = select_from(table(last)).select(exp.column(each.key_column), copy=False)
    asked, key = each.wanted.condition, each.wanted.key
    if asked.op == "top share":
        return exp.In(this=key.copy(), query=exp.Subquery(this=with_ctes(_top(each, last), ctes)))
    condition = _number_condition(exp.column(asked.metric), asked.op, asked.values)
    if each.negated:
        # what has no value does not meet the condition
        is_known = isinstance(each.query.metrics[0].formula, exp.Column)
        found = condition if is_known else exp.Coalesce(this=exp.Paren(this=condition), expressions=[exp.false()])
        condition = exp.Not(this=exp.Paren(this=found) if is_known else found)
    known = exp.Not(this=exp.Is(this=exp.column(each.key_column), expression=exp.Null()))
    members = members.where(condition, known, copy=False)
    members = with_ctes(members, ctes)
    found = exp.In(this=key.copy(), query=exp.Subquery(this=members))
    if not each.negated:
        return found
    # a row of nobody meets no condition on somebody, not even where nobody at all is among the members
    somebody = exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null()))
    return exp.And(this=somebody, expression=exp.Not(this=found))


def _top(each: Population, source: str) -> exp.Select:
    """The keys of the share of entities with the highest values, rounded up; equal values by the key."""
    asked = each.wanted.condition
    key, value = exp.column(each.key_column), exp.column(asked.metric)
    order = exp.Order(expressions=[exp.Ordered(this=value, desc=True, nulls_first=False), exp.Ordered(this=key.copy())])
    place = exp.Window(this=exp.RowNumber(), order=order)
    many = exp.Window(this=exp.Count(this=exp.Star()))
    known = [exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null())) for column in (key, value)]
    ranked = where(
        select_from(table(source)).select(
            key.copy(), aliased(place, "place_by_value"), aliased(many, "ranked_in_all"), copy=False
        ),
        known,
    )
    share = exp.Mul(this=exp.column("ranked_in_all"), expression=number_literal(asked.values[0]))
    at_top = exp.LTE(this=exp.column("place_by_value"), expression=exp.Ceil(this=share))
    return where(select_from(subquery(ranked, "ranked")).select(key.copy(), copy=False), [at_top])


def _number_condition(left: exp.Expr, op: str, values: Sequence[float]) -> exp.Expr:
    assert holds(values[0], op, tuple(values)) in (True, False), "a known operator"
    literals = [number_literal(value) for value in values]
    if op == "between":
        return exp.Between(this=left, low=literals[0], high=literals[1])
    kinds: dict[str, type[exp.Binary]] = {
        "=": exp.EQ,
        "!=": exp.NEQ,
        "<": exp.LT,
        "<=": exp.LTE,
        ">": exp.GT,
        ">=": exp.GTE,
    }
    return kinds[op](this=left, expression=literals[0])


def _computed(query: ResolvedMetrics, sources: Sources) -> tuple[list[Named], str]:
    """CTEs up to one row for each group with all metric columns, and the name of the last."""
    shape = Shape(query.row_keys, query.grain)
    windows = over_groups(query)
    read = [measure for measure in query.measures if measure.alias not in windows]
    made = passes(read, shape, sources)
    ctes, last = stacked(made, shape, query.shown, _kinds(read))
    aliases = [m.alias + branch.suffix for m in read for branch in m.branches]
    if query.spine:
        ctes.append(("every_bucket", filled(last, query.spine, shape, aliases)))
        last = "every_bucket"
    totals: list[tuple[str, Shape]] = []
    for over in dict.fromkeys(total.over for total in query.totals if total.measure.alias not in windows):
        level, name = Shape(over, query.grain), "__".join(("groups_of_all", *over))
        apart = [each.measure for each in query.totals if each.over == over and each.measure.alias not in windows]
        named = [replace(each, name="__".join((each.name, "whole", *over))) for each in passes(apart, level, sources)]
        total_ctes, total = stacked(named, level, (), _kinds(apart))
        # what reads tables comes first: a table may have the name of one of the parts that follow
        ctes = [*(each for each in total_ctes if each[0] != "groups"), *ctes]
        ctes += [(name, select) for found, select in total_ctes if found == "groups"]
        totals.append((name if total == "groups" else total, level))
    if query.of_buckets:
        calendars, named_buckets = with_bucket_groups(last, query, shape, aliases, sources)
        ctes, last = [*calendars, *ctes, named_buckets], named_buckets[0]
    measured = _measured(query, last, totals, windows)
    if len(made) > 1 and shape.keys and not query.spine:
        measured = where(measured, [_says_something(query)])
    ctes.append(("measured", measured))
    if any(column.role == "comparison" or column.part == "share" for column in query.columns):
        ctes.append(("compared", _compared(query)))
        return ctes, "compared"
    return ctes, "measured"


def _kinds(measures: Sequence[Measure]) -> dict[str, ColumnType | None]:
    """The kind of the values under each alias."""
    return {m.alias + branch.suffix: kind_of(m.aggregate) for m in measures for branch in m.branches}


def _measured(
    query: ResolvedMetrics, source: str, totals: Sequence[tuple[str, Shape]], windows: Mapping[str, exp.Expr]
) -> exp.Select:
    """Formulas over measures: each metric, its value in the other period, its total for shares."""
    select = select_from(table(source))
    for total, level in totals:
        same: list[exp.Expr] = [
            exp.NullSafeEQ(this=exp.column(key, table=source), expression=exp.column(key, table=total))
            for key in level.keys
        ]
        if query.grain is not None:
            bucket, of_total = exp.column(query.grain, table=source), exp.column(query.grain, table=total)
            same.append(exp.EQ(this=bucket, expression=of_total))
        select = joined(select, table(total), all_of(same) if same else exp.true(), "LEFT")
    if totals:
        # both sides have the columns of the level
        windows = {alias: _of(source, tree) for alias, tree in windows.items()}
    empty = {m.alias: m.when_empty for m in (*query.measures, *(total.measure for total in query.totals))}
    outputs: list[exp.Expr] = [exp.column(key.name, table=source if totals else None) for key in query.keys]
    for metric in query.metrics:
        name = metric.column.name
        groups = {key.name: exp.column(key.name, table=source if totals else None) for key in query.keys}
        value = substitute(_formula(metric.formula, empty, "", windows), groups)
        outputs.append(aliased(value, name))
        if query.compared and metric.column.part == "value":
            other = substitute(_formula(metric.formula, empty, "__previous"), groups)
            outputs.append(aliased(other, f"{name}__previous"))
    return select.select(*outputs, copy=False)


def _of(source: str, tree: exp.Expr) -> exp.Expr:
    """The expression with its columns named after what they are read from."""
    return tree.copy().transform(
        lambda node: exp.column(node.name, table=source) if isinstance(node, exp.Column) else node, copy=False
    )


def _says_something(query: ResolvedMetrics) -> exp.Expr:
    """Drops the rest group (all keys null) where only a part of some ratio had rows and no metric has a value.

    Every named group stays, and so does the rest group as soon as anything can be told of it.
    """
    empty = {m.alias: m.when_empty for m in (*query.measures, *(total.measure for total in query.totals))}
    coarse = {total.measure.alias for total in query.totals}
    suffixes = sorted({branch.suffix for measure in query.measures for branch in measure.branches})
    signs: list[exp.Expr] = [exp.column(key) for key in query.row_keys if key not in query.always]
    for metric in query.metrics:
        for suffix in suffixes if metric.column.part == "value" else ("",):
            if has_division(metric.formula) and not is_ranked(metric.formula):
                signs.append(exp.Paren(this=_formula(metric.formula, empty, suffix)))
            else:
                names = dict.fromkeys(node.name for node in metric.formula.find_all(exp.Column))
                signs += [exp.column(name + suffix) for name in names if name not in coarse]
    return any_of(exp.Not(this=exp.Is(this=sign, expression=exp.Null())) for sign in signs)


def _formula(
    formula: exp.Expr, empty: Mapping[str, Number | None], suffix: str, windows: Mapping[str, exp.Expr] = _NO_WINDOWS
) -> exp.Expr:
    def replace_measure(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        otherwise = empty[node.name]
        value = windows[node.name].copy() if node.name in windows else exp.column(node.name + suffix)
        return value if otherwise is None else exp.Coalesce(this=value, expressions=[exp.convert(otherwise)])

    return safe_division(formula).transform(replace_measure, copy=False)


def _compared(query: ResolvedMetrics) -> exp.Select:
    """Differences, relative changes and shares, over the measured values."""
    select = select_from(table("measured"))
    outputs: list[exp.Expr] = []
    for column in query.columns:
        tree = _part(column.metric or "", column.part) if column.role != "dimension" else None
        outputs.append(exp.column(column.name) if tree is None else aliased(tree, column.name))
    return select.select(*outputs, copy=False)


def _part(metric: str, part: str) -> exp.Expr | None:
    value, previous = exp.column(metric), exp.column(f"{metric}__previous")
    match part:
        case "change":
            return exp.Sub(this=value, expression=previous)
        case "change_pct":
            difference = exp.Paren(this=exp.Sub(this=value, expression=previous))
            return safe_division(exp.Div(this=difference, expression=previous.copy(), typed=False, safe=False))
        case "share":
            return safe_division(
                exp.Div(this=value, expression=exp.column(f"{metric}__share"), typed=False, safe=False)
            )
        case _:
            return None
