"""What metrics, cohort tables and funnels mean, in words and as a formula.

Shown with answers, and on their own when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.present.figures import unit_name
from chat_service.present.names import Names
from semantic_layer import (
    AllOf,
    AnyOf,
    CohortDefinition,
    Filter,
    FunnelDefinition,
    ListQuery,
    Metric,
    MetricDefinition,
    MetricFilter,
    MetricQuery,
    NotOf,
    Request,
)

_SYNONYMS = 8


@dataclass(frozen=True)
class MetricMeaning:
    """A metric, cohort table or funnel explained.

    A metric's `formula` is SQL over the model's names with parameters written in; the others' names what they count.
    """

    name: str
    label: str
    description: str
    formula: str
    unit: str
    synonyms: tuple[str, ...]


def meaning(metric: Metric, names: Names) -> MetricMeaning:
    """The explanation of one metric in the names' language."""
    definition = metric.definition
    described = definition.description
    synonyms = definition.synonyms.zh if names.language == "zh" else definition.synonyms.en
    return MetricMeaning(
        name=metric.name,
        label=names.metric(metric.name),
        description="" if described is None else getattr(described, names.language),
        formula=formula(metric, names),
        unit=metric.unit,
        # a synonym with a gap is a pattern for the translator, not a name
        synonyms=tuple(word for word in synonyms if "…" not in word)[:_SYNONYMS],
    )


def meanings(metrics: tuple[str, ...], names: Names) -> tuple[MetricMeaning, ...]:
    """The explanations of the metrics, cohort tables and funnels that the model knows, once each."""
    model, found = names.model, []
    for name in dict.fromkeys(metrics):
        journey = model.cohorts.get(name) or model.funnels.get(name)
        if name in model.metrics:
            found.append(meaning(model.metrics[name], names))
        elif journey is not None:
            found.append(_journey_meaning(journey, names))
    return tuple(found)


def formula(metric: Metric, names: Names) -> str:
    """How the metric is computed, as the model states it.

    A metric over rows names its dataset and its filter; one per entity first says for whom; a transition its parts.
    """
    definition = metric.definition
    said = definition.expression or ""
    if definition.transition is not None:
        moved = definition.transition
        said = f"share of {moved.of} at the start that is in {moved.who} during the period"
    if definition.conversion is not None:
        step = definition.conversion
        within = f" within {step.within}" if step.within is not None else ""
        said = f"{step.to} that follow {step.of} of the same {step.key}{within}"
    if definition.per is not None:
        inner = ", ".join(f"{name} = {expression}" for name, expression in definition.per.values.items())
        said += f" over each {', '.join(definition.per.key)} ({inner})"
    if definition.dataset is not None:
        said += f" from {definition.dataset}"
    if definition.valid is not None:
        until = f", until {definition.valid.until}" if definition.valid.until else ""
        said += f", each counted from {definition.valid.since}{until}"
    if definition.filter:
        said += f" where {definition.filter}"
    said += _rows_chosen(definition)
    for name, value in names.model.parameters.items():
        said = said.replace(f"${name}", str(value))
    return " ".join(said.split())


def _rows_chosen(definition: MetricDefinition) -> str:
    """Which of its rows a metric takes, beside those of its filter."""
    said = ""
    if definition.among is not None:
        period = "" if definition.among.period == "all" else f" in the {definition.among.period}"
        said += f", of each {definition.among.entity} with {definition.among.having}{period}"
    if definition.latest is not None:
        per = f" of each {', '.join(definition.latest.per)}" if definition.latest.per else ""
        said += f", the {definition.latest.choose}{per} by {definition.latest.by}"
    if definition.window is not None and definition.window.last is not None:
        said += f", of the last {definition.window.last}"
    elif definition.window is not None:
        unit = definition.window.to_date
        said += f", since the {unit} began" if unit is not None else ", since the beginning"
    return said


def metrics_of(request: Request) -> tuple[str, ...]:
    """The metrics that a request shows or compares, in order."""
    if isinstance(request, MetricQuery):
        found = [*request.metrics]
    elif isinstance(request, ListQuery):
        found = [column.metric for column in request.measured]
    else:
        found = [request.metric]
    for condition in request.filters:
        found += _behind(condition)
    return tuple(dict.fromkeys(found))


def definition_text(found: tuple[MetricMeaning, ...], names: Names) -> str:
    """The text that answers "what does … mean"."""
    return "\n".join(_definition_line(each, names) for each in found)


def _journey_meaning(journey: CohortDefinition | FunnelDefinition, names: Names) -> MetricMeaning:
    if isinstance(journey, CohortDefinition):
        said = f"share of each {journey.entity} cohort (by the {journey.grain} of the first of {journey.metric})"
        said += f" with {journey.metric} in each {journey.grain} since"
    else:
        said = f"per {journey.entity}, in this order: " + " -> ".join(step.metric for step in journey.steps)
    described, zh = journey.description, names.language == "zh"
    return MetricMeaning(
        name=journey.name,
        label=names.metric(journey.name),
        description="" if described is None else getattr(described, names.language),
        formula=said,
        unit="percent",
        synonyms=(journey.synonyms.zh if zh else journey.synonyms.en)[:_SYNONYMS],
    )


def _definition_line(each: MetricMeaning, names: Names) -> str:
    metric = names.model.metrics.get(each.name)
    default_period = None if metric is None else metric.definition.default_period
    unit = unit_name(each.unit, names.language)
    if names.language == "zh":
        said = f"{each.label}：{each.description or each.formula}"
        said += f"\n  公式：{each.formula}" + (f"\n  单位：{unit}" if unit else "")
        if each.synonyms:
            said += f"\n  也叫：{'、'.join(each.synonyms)}"
        return said + ("\n  不说时间时按默认时间段计算。" if default_period else "")
    said = f"{each.label}: {each.description or each.formula}\n  Formula: {each.formula}"
    said += f"\n  Unit: {unit}" if unit else ""
    if each.synonyms:
        said += f"\n  Also called: {', '.join(each.synonyms)}"
    return said + (f"\n  Without a period: {default_period}." if default_period else "")


def _behind(condition: Filter) -> list[str]:
    match condition:
        case MetricFilter():
            return [condition.metric]
        case AllOf():
            return [name for each in condition.all for name in _behind(each)]
        case AnyOf():
            return [name for each in condition.any for name in _behind(each)]
        case NotOf():
            return _behind(condition.negated)
    return []
