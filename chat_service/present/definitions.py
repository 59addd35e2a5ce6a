"""What metrics, cohort tables and funnels mean, in words and as a formula.

Shown with answers, and on their own when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.present.figures import unit_name
from chat_service.present.names import Names
from chat_service.translate.meaning.populations import population
from semantic_layer import (
    AllOf,
    AnyOf,
    CausesQuery,
    CohortDefinition,
    FieldFilter,
    Filter,
    FollowsQuery,
    FunnelDefinition,
    LiftQuery,
    ListDefinition,
    ListFilter,
    ListQuery,
    Metric,
    MetricDefinition,
    MetricFilter,
    MetricQuery,
    Model,
    NotOf,
    PathQuery,
    Phrase,
    PlaybookQuery,
    ProfileQuery,
    Request,
)

_SYNONYMS = 8
_MEANS, _FORMULA = (
    Phrase("{label}：{description}", "{label}: {description}"),
    Phrase("  公式：{formula}", "  Formula: {formula}"),
)
_UNIT, _ALSO = Phrase("  单位：{unit}", "  Unit: {unit}"), Phrase("  也叫：{synonyms}", "  Also called: {synonyms}")
_SOURCE = Phrase("  定义出处：{source}", "  Source: {source}")
_PERIOD = Phrase("  不说时间时按默认时间段计算。", "  Without a period: {period}.")


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
    synonyms = getattr(definition.synonyms, names.language)
    return MetricMeaning(
        name=metric.name,
        label=names.metric(metric.name),
        description=names.words(described),
        formula=formula(metric, names),
        unit=metric.unit,
        # a synonym with a gap is a pattern for the translator, not a name
        synonyms=tuple(word for word in synonyms if "…" not in word)[:_SYNONYMS],
    )


def meanings(metrics: tuple[str, ...], names: Names) -> tuple[MetricMeaning, ...]:
    """The explanations of the metrics, lists, cohort tables, funnels and described fields that the model knows, once
    each."""
    model, found = names.model, []
    for name in dict.fromkeys(metrics):
        journey = model.cohorts.get(name) or model.funnels.get(name)
        if name in model.metrics:
            found.append(meaning(model.metrics[name], names))
        elif name in model.lists:
            found.append(_list_meaning(model.lists[name], names))
        elif journey is not None:
            found.append(_journey_meaning(journey, names))
        elif (field := _field_meaning(name, names)) is not None:
            found.append(field)
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
    if definition.rank is not None:
        order = "lowest" if definition.rank.lowest else "highest"
        said = f"place of each {definition.rank.of} by {definition.rank.by}, the {order} first"
    if definition.per is not None:
        inner = ", ".join(f"{name} = {expression}" for name, expression in definition.per.values.items())
        said += f" over each {', '.join(definition.per.key)} ({inner})"
    if definition.dataset is not None:
        said += f" from {definition.dataset}"
    if definition.via:
        said += f" by way of {', '.join(definition.via)}"
    if definition.valid is not None:
        until = f", until {definition.valid.until}" if definition.valid.until else ""
        said += f", each counted from {definition.valid.since}{until}"
    if definition.filter:
        said += f" where {definition.filter}"
    said += _rows_chosen(definition) + _inputs(definition)
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
    return said + _window(definition)


def _inputs(definition: MetricDefinition) -> str:
    """What the names of a formula stand for that are no metrics by themselves."""
    said = ""
    for name, each in definition.inputs.items():
        at = {
            f"{each.offset} earlier": each.offset,
            f"at the start of its {each.at_start_of}": each.at_start_of,
            f"on average over the {each.average_of} before": each.average_of,
            f"on the day that {each.on_day} names": each.on_day,
        }
        told = [text for text, given in at.items() if given is not None]
        told += [f"where {each.filter}"] if each.filter is not None else []
        told += [f"of each {each.among.entity} with {each.among.having}"] if each.among is not None else []
        if each.over is not None:
            told.append("over all groups" if each.over == "all" else f"by {', '.join(each.over)} alone")
        said += f"; {name} = {' '.join((each.metric, *told))}"
    return said


def _window(definition: MetricDefinition) -> str:
    """The days that a metric's window counts, if it has one."""
    window = definition.window
    if window is None:
        return ""
    own = "" if window.current else ", without the one that it is shown at"
    if window.next is not None:
        return f", of the next {window.next}{own}"
    if window.last is not None:
        return f", of the last {window.last}{own}"
    since = f", since the {window.to_date} began" if window.to_date is not None else ", since the beginning"
    return since + own


def told_of(request: Request, model: Model) -> tuple[str, ...]:
    """What a request shows or compares that has a definition, in order: metrics, the population of a list and what it
    lists, a cohort table or funnel with the metrics behind it, the fields of conditions."""
    found: list[str] = []
    if isinstance(request, MetricQuery):
        found += request.metrics
    elif isinstance(request, ListQuery):
        listed = population(request, model)
        found += [] if listed is None else [listed.name]
        found += [column.metric for column in request.measured]
    elif isinstance(request, FollowsQuery):
        found += [request.event, request.then.metric, *([request.did.metric] if request.did is not None else [])]
    elif isinstance(request, PathQuery):
        found += [request.event, *request.among]
    elif isinstance(request, LiftQuery):
        found += [name for key, each in model.trials.items() if request.trial in ("", key) for name in each.effects][:2]
    elif isinstance(request, CausesQuery | PlaybookQuery | ProfileQuery):
        found += _of_loop(request)
    else:
        found.append(request.metric)
        cohort, funnel = model.cohorts.get(request.metric), model.funnels.get(request.metric)
        found += [] if cohort is None else [cohort.metric]
        found += [] if funnel is None else [step.metric for step in funnel.steps]
    for condition in request.filters:
        found += _behind(condition)
    if isinstance(request, ListQuery):
        found += request.columns
    return tuple(dict.fromkeys(found))


def _of_loop(request: CausesQuery | PlaybookQuery | ProfileQuery) -> list[str]:
    """The metric or list that causes and playbooks are about; a profile is about nobody but one."""
    if isinstance(request, CausesQuery) and request.metric:
        return [request.metric]
    return [] if isinstance(request, ProfileQuery) or not request.list else [request.list]


def definition_text(found: tuple[MetricMeaning, ...], names: Names) -> str:
    """The text that answers "what does … mean"."""
    return "\n".join(_definition_line(each, names) for each in found)


def _journey_meaning(journey: CohortDefinition | FunnelDefinition, names: Names) -> MetricMeaning:
    if isinstance(journey, CohortDefinition):
        said = f"share of each {journey.entity} cohort (by the {journey.grain} of the first of {journey.metric})"
        said += f" with {journey.metric} in each {journey.grain} since"
    else:
        said = f"per {journey.entity}, in this order: " + " -> ".join(step.metric for step in journey.steps)
    return MetricMeaning(
        name=journey.name,
        label=names.metric(journey.name),
        description=names.words(journey.description),
        formula=said,
        unit="percent",
        synonyms=getattr(journey.synonyms, names.language)[:_SYNONYMS],
    )


def _list_meaning(listed: ListDefinition, names: Names) -> MetricMeaning:
    return MetricMeaning(
        name=listed.name,
        label=names.words(listed.label),
        description=names.words(listed.description),
        formula=" AND ".join(f"{field} IN ({', '.join(values)})" for field, values in listed.filter.items()),
        unit="count",
        synonyms=getattr(listed.synonyms, names.language)[:_SYNONYMS],
    )


def _field_meaning(name: str, names: Names) -> MetricMeaning | None:
    """A dimension or field that the model describes."""
    field = names.field(name)
    if field is None or field.definition.description is None:
        return None
    definition = field.definition
    return MetricMeaning(
        name=name,
        label=names.dimension(name),
        description=names.words(definition.description),
        formula=" ".join((definition.expression or field.qualified).split()),
        unit=definition.unit or "",
        synonyms=getattr(definition.synonyms, names.language)[:_SYNONYMS],
    )


def _definition_line(each: MetricMeaning, names: Names) -> str:
    metric = names.model.metrics.get(each.name)
    default_period = None if metric is None else metric.definition.default_period
    unit = unit_name(each.unit, names.language)
    source = None if metric is None else metric.definition.source
    lines = [
        names.say(_MEANS, label=each.label, description=each.description or each.formula),
        names.say(_FORMULA, formula=each.formula),
        names.say(_UNIT, unit=unit) if unit else "",
        names.say(_ALSO, synonyms=names.listed(each.synonyms)) if each.synonyms else "",
        names.say(_SOURCE, source=source) if source else "",
        names.say(_PERIOD, period=default_period) if default_period else "",
    ]
    return "\n".join(filter(None, lines))


def _behind(condition: Filter) -> list[str]:
    match condition:
        case FieldFilter():
            return [condition.field]
        case ListFilter():
            return [condition.list]
        case MetricFilter():
            return [condition.metric]
        case AllOf():
            return [name for each in condition.all for name in _behind(each)]
        case AnyOf():
            return [name for each in condition.any for name in _behind(each)]
        case NotOf():
            return _behind(condition.negated)
