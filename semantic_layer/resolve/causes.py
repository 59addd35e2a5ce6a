"""Causes, resolved: whose outcome is looked at, who of them had it, and what evidence of each cause they had before.

With a transition (churn rate) it is a cohort study: of those counted at the start of a period, who left in it, by what
had happened to them before it began. With a list (may churn) it is a cross-section as of today: who is on it, against
those that the list names, or all others, by what happened to them up to today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from semantic_layer.errors import Problem
from semantic_layer.model.definitions import CauseFamily, EntityDefinition, Evidence
from semantic_layer.model.entity_conditions import condition_of, metrics_of
from semantic_layer.model.list_conditions import members, valued
from semantic_layer.model.windows import rolling
from semantic_layer.query.cautions import EvidenceLeftOut
from semantic_layer.query.entities import changed
from semantic_layer.query.loop_problems import NoCauses, NotAnOutcome
from semantic_layer.query.problems import UnknownName
from semantic_layer.query.requests import AllOf, AnyOf, CausesQuery, FieldFilter, Filter, MetricFilter
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import told
from semantic_layer.resolve.lists import entity_rows
from semantic_layer.resolve.names import unknown_in
from semantic_layer.resolve.resolved import ResolvedCauses
from semantic_layer.resolve.sense import period_problems
from semantic_layer.resolve.suggest import list_words, metric_words, nearest_called
from semantic_layer.time.periods import Period

EVERYBODY, ANY, NOTHING = "all", "any", "none"
SMALL = 5  # of fewer in a cell, an interval after Katz is not to be trusted
_COLUMNS = (
    Column("leavers", "metric", "integer", Label("离开的人数", "left"), "count"),
    Column("share_of_leavers", "metric", "number", Label("占离开者", "share of those who left"), "percent"),
    Column("share_of_stayers", "metric", "number", Label("占留下者", "share of those who stayed"), "percent"),
    Column("relative_risk", "metric", "number", Label("相对风险", "relative risk"), "times"),
    Column("risk_low", "metric", "number", Label("相对风险下限", "relative risk, low"), "times"),
    Column("risk_high", "metric", "number", Label("相对风险上限", "relative risk, high"), "times"),
    Column("attributable_share", "metric", "number", Label("可归因占比", "attributable share"), "percent"),
    Column("is_clear", "comparison", "boolean", Label("显著更高", "clearly higher")),
    Column("is_small", "comparison", "boolean", Label("样本少", "small")),
)


@dataclass(frozen=True)
class _Study:
    """Who is looked at (`base`), who of them had the outcome, and the day before which evidence counts."""

    base: tuple[Filter, ...]
    outcome: Filter
    before: Period
    period: Period | None


def resolve_causes(query: CausesQuery, context: Context) -> ResolvedCauses:
    """Causes, resolved. Raises QueryError with every problem."""
    context.problems.extend(_unknown(query, context))
    context.finish()
    entity = _entity(query, context)
    study = _of_transition(query, entity, context) if query.metric else _of_list(query, context)
    families = [each for each in context.model.causes.values() if each.entity == entity.name]
    if not families:
        context.problems.append(NoCauses("kind", entity.name))
    found = [
        (family, evidence)
        for family in families
        for evidence in family.evidence
        if (not query.families or family.name in query.families) and _is_there(evidence, context)
    ]
    context.finish()
    signs = tuple(_sign(family, evidence, study, context) for family, evidence in found)
    levels = tuple(_levels(entity, study, context))
    rows = entity_rows(entity, (study.outcome, *signs, *levels), (*study.base, *query.filters), context)
    context.finish()
    assert rows is not None, "binding failures are problems"
    return ResolvedCauses(
        rows=rows,
        causes=tuple((family.name, evidence.name) for family, evidence in found),
        small=SMALL,
        columns=(*_names(found), *_COLUMNS),
        filters=told(query.filters, context.reader.policies),
        period=study.period,
    )


def _unknown(query: CausesQuery, context: Context) -> Iterator[Problem]:
    model = context.model
    transitions = tuple(name for name, each in model.metrics.items() if each.kind == "transition")
    if query.metric and query.metric not in model.metrics:
        yield UnknownName("metric", "metric", query.metric, nearest_called(query.metric, metric_words(model)))
    elif query.metric and query.metric not in transitions:
        yield NotAnOutcome("metric", query.metric, transitions)
    if query.list and query.list not in model.lists:
        yield UnknownName("list", "list", query.list, nearest_called(query.list, list_words(model)))
    for index, name in enumerate(query.families):
        if name not in model.causes:
            yield UnknownName(f"families[{index}]", "cause", name, tuple(model.causes))
    yield from unknown_in(query.filters, context, "filters")
    yield from period_problems(query.period, "period", context)


def _entity(query: CausesQuery, context: Context) -> EntityDefinition:
    model = context.model
    if query.list:
        return model.entities[model.lists[query.list].entity]
    transition = model.metrics[query.metric].definition.transition
    assert transition is not None, "checked before"
    return next(each for each in model.entities.values() if each.key == transition.key)


def _of_transition(query: CausesQuery, entity: EntityDefinition, context: Context) -> _Study:
    """Those counted at the start of the period, and who of them is counted as gone in it."""
    definition = context.model.metrics[query.metric].definition
    assert definition.transition is not None, "checked before"
    tomorrow = context.as_of + timedelta(days=1)
    asked = query.period
    if asked is None or asked.start is None:
        asked = rolling(definition.default_period or "last 90 days", context.as_of, context.calendars)
    start, end = asked.start, min(asked.end or tomorrow, tomorrow)
    assert start is not None, "rolling periods begin"
    base = MetricFilter(
        metric=definition.transition.of, per=entity.name, period=Period(None, start), op=">=", values=(1.0,)
    )
    outcome = MetricFilter(
        metric=definition.transition.who, per=entity.name, period=Period(start, end), op=">=", values=(1.0,)
    )
    return _Study((base,), outcome, Period(None, start), Period(start, end))


def _of_list(query: CausesQuery, context: Context) -> _Study:
    model = context.model
    listed = model.lists[query.list]
    outcome = members(listed, model, context.as_of, context.calendars)
    against = tuple(valued(listed.against, listed, model))
    base: tuple[Filter, ...] = (AnyOf(any=(outcome, AllOf(all=against))),) if against else _known(outcome)
    return _Study(base, outcome, Period(None, context.as_of + timedelta(days=1)), None)


def _known(outcome: Filter) -> tuple[Filter, ...]:
    """Of whom nothing is known that the list is of, that nobody can say whether they are on it."""
    parts = outcome.all if isinstance(outcome, AllOf) else (outcome,)
    return tuple(FieldFilter(field=each.field, op="is not null") for each in parts if isinstance(each, FieldFilter))


def _is_there(evidence: Evidence, context: Context) -> bool:
    needed = {name for each in metrics_of(evidence.condition) for name in context.model.metrics[each].datasets}
    missing = needed & context.unavailable.keys()
    if missing:
        context.cautions.append(EvidenceLeftOut("kind", evidence.name, tuple(sorted(missing))))
    return not missing


def _sign(family: CauseFamily, evidence: Evidence, study: _Study, context: Context) -> Filter:
    """The evidence as a condition on what happened in the days before."""
    model, end = context.model, study.before.end
    assert end is not None, "evidence ends before the outcome"
    condition = condition_of(evidence.condition, model.parameters, end - timedelta(days=1), context.calendars)
    values = tuple(FieldFilter(field=name, op="in", values=codes) for name, codes in evidence.filter.items())

    def narrowed(each: Filter) -> Filter:
        if not isinstance(each, MetricFilter):
            return each
        return each.model_copy(update={"per": family.entity, "filters": values})

    return changed(condition, narrowed)


def _levels(entity: EntityDefinition, study: _Study, context: Context) -> Iterator[Filter]:
    """Who reaches each level of what the model compares alike with alike by, in the days before."""
    strata, end = context.model.strata, study.before.end
    if strata is None or entity.name != next(iter(context.model.entities)):
        return
    assert end is not None, "evidence ends before the outcome"
    period = rolling(f"last {strata.within}", end - timedelta(days=1), context.calendars)
    for level in strata.levels:
        yield MetricFilter(metric=strata.metric, per=entity.name, period=period, op=">=", values=(level,))


def _names(found: list[tuple[CauseFamily, Evidence]]) -> tuple[Column, ...]:
    """The columns of the family and the cause, whose codes are the model's names."""
    everybody = (EVERYBODY, Label("全部", "everybody"))
    nothing = (NOTHING, Label("没有任何证据", "no evidence at all"))
    families = tuple(dict.fromkeys((each.name, Label(each.label.zh, each.label.en)) for each, _ in found))
    causes = tuple((each.name, Label(each.label.zh, each.label.en)) for _, each in found)
    return (
        Column("family", "dimension", "text", Label("类别", "family"), value_labels=(everybody, nothing, *families)),
        Column(
            "cause",
            "dimension",
            "text",
            Label("证据", "evidence"),
            value_labels=(everybody, nothing, (ANY, Label("任一", "any of these")), *causes),
        ),
    )
