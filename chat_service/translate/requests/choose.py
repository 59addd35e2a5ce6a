"""A frame that stands on its own -> the request: metrics over groups, customers one by one, or how many they are."""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Measure
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.requests.conditions import dated_filter
from chat_service.translate.requests.lists import list_request
from chat_service.translate.requests.metrics import count_metrics, metric_request
from chat_service.translate.senses import ListSense, Mention
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import MetricFilter, Request

_POLITE = frozenset({"please", "pls", "can you", "could you", "hi", "hey", "hello", "now", ","})
_AGENTS = frozenset({"spender", "spenders"})
_SHOWING = frozenset(
    {"show", "show me", "show us", "give me", "give us", "get me", "pull", "pull up", "display", "fetch", "bring up"}
)
_DISTRIBUTION = ("分布", "distribution", "breakdown", "split")


def new_request(frame: Frame, assembly: Assembly) -> Request:
    """The request of a question that stands on its own."""
    frame = _with_former_buyers(frame, assembly)
    if frame.measures:
        return _measured(frame, assembly)
    about = _about_people(frame)
    rows_or_groups = frame.groups or all(measure.per_row for measure in frame.conditions)
    if frame.conditions and (rows_or_groups or not about):
        return metric_request(frame, assembly)
    if not frame.says_entity and (rows := _counted_rows(frame, assembly)) is not None:
        return metric_request(frame, assembly, (rows,))
    if about or _implies_people(frame):
        found = _people(frame, assembly)
        if found is not None:
            return found
    if (counted := _distributed(frame, assembly)) is not None:
        return metric_request(frame, assembly, (counted,))
    if (chosen := assembly.fixed.get(-1)) is not None and chosen in assembly.scope.model.metrics:
        return metric_request(frame, assembly, (chosen,))
    _ask_for_metric(frame, assembly)
    raise StopError(Denial("no_metric"))


def _with_former_buyers(frame: Frame, assembly: Assembly) -> Frame:
    """超过半年没买东西的老客户: with no period, those of before are whoever did it ever, not a count of a period."""
    structure = assembly.scope.structure
    back = [m for m in frame.measures if all(structure.looks_back(name) for name in m.metrics)]
    if len(frame.measures) != 1 or not back or not frame.clauses or frame.whens or frame.groups:
        return frame
    return replace(frame, measures=(), populations=(*frame.populations, *back))


def _measured(frame: Frame, assembly: Assembly) -> Request:
    if frame.ranks and _ranks_entities(frame):
        return list_request(frame, assembly)
    if _lists_people_of(frame, assembly):
        return list_request(_as_population(frame, assembly), assembly)
    return metric_request(frame, assembly)


def _about_people(frame: Frame) -> bool:
    """Whether customers are named, or described by what they did, are or carry."""
    described = frame.clauses or frame.lists or frame.dated or frame.populations or frame.compared
    return bool(frame.entities or described) or frame.has("question.who")


def _implies_people(frame: Frame) -> bool:
    """Whether only customers can be meant: 多少人, 金卡会员名单."""
    counted = frame.has("quantity.people") or (frame.has("intent.count") and bool(frame.values or frame.groups))
    return counted or ((frame.has("intent.list") or frame.names_entity) and bool(frame.values))


def _people(frame: Frame, assembly: Assembly) -> Request | None:
    """Customers counted, listed, or counted by group."""
    if _counts(frame) or (frame.against and frame.clauses):
        single = _single_count(frame, assembly)
        if single is not None:
            return metric_request(single, assembly)
        if any(group.grain is not None for group in frame.groups) and frame.clauses:
            raise StopError(Denial("not_supported", said(frame.clauses[0])))
        return metric_request(frame, assembly, count_metrics(frame, assembly))
    described = frame.clauses or frame.lists or frame.dated or frame.compared or frame.conditions or frame.columns
    if frame.ranks or described or _lists(frame):
        return list_request(frame, assembly)
    if frame.groups or frame.whens or frame.has("trend.trend", "share.share"):
        return metric_request(frame, assembly, count_metrics(frame, assembly))
    if frame.values and not frame.has("follow.what_about"):
        return list_request(frame, assembly)
    return None


def _single_count(frame: Frame, assembly: Assembly) -> Frame | None:
    """How many people did one thing: the metric that counts them, where the model has it, in the clause's period."""
    if (
        len(frame.clauses) + len(frame.dated) != 1
        or frame.lists
        or frame.populations
        or frame.conditions
        or frame.compared
    ):
        return None
    structure = assembly.scope.structure
    if frame.clauses:
        clause = frame.clauses[0]
        metric = structure.people_of(clause.metric)
        if (
            metric is None
            or clause.negated
            or clause.condition is not None
            or (clause.when is not None and frame.whens)
        ):
            return None
        whens, values = ((clause.when,) if clause.when is not None else frame.whens), (*frame.values, *clause.values)
        parts = clause.parts
    else:
        filtered = dated_filter(frame.dated[0], assembly)
        metric = filtered.metric if isinstance(filtered, MetricFilter) else None
        if metric is None or frame.whens:
            return None
        whens, values, parts = (frame.dated[0].when,), frame.values, frame.dated[0].parts
    if any(Chooser(structure, (metric,)).stand_in(metric, (d,)) is None for v in values for d in v.dimensions[:1]):
        return None
    return replace(frame, clauses=(), dated=(), whens=whens, values=values, measures=(Measure(parts, (metric,)),))


def _ranks_entities(frame: Frame) -> bool:
    """Whether customers themselves are ranked: top 10 customers by spend."""
    if frame.groups:
        return False
    if any(part.text in _AGENTS for measure in frame.measures for part in measure.parts):
        return True
    if not frame.entities:
        return frame.has("question.who")
    return any(
        not mention.words("entity") or mention.text in ("who", "谁", "people") for mention in frame.entities
    ) and not any(
        measure.start <= mention.start < measure.end for mention in frame.entities for measure in frame.measures
    )


def _lists_people_of(frame: Frame, assembly: Assembly) -> bool:
    """Whether the people that a metric counts are asked for by name: list the dormant customers."""
    structure = assembly.scope.structure
    names = [name for measure in frame.measures for name in measure.metrics]
    if len(frame.measures) != 1 or frame.groups or frame.against or _counts(frame):
        return False
    texts = [part.text for measure in frame.measures for part in measure.parts]
    relative = any(" who " in text for text in texts)
    nouns = tuple(f"{word} " for word in assembly.scope.entity_words)
    relative = relative or (_shows(frame) and any(text.startswith(nouns) for text in texts))
    wants = (
        relative
        or frame.has("intent.list", "question.who")
        or (frame.has("question.which") and not frame.has("question.how_many"))
    )
    return wants and all(structure.one_each(name) for name in names)


def _shows(frame: Frame) -> bool:
    """'Show me customers at risk': a verb of showing opens the question, and people are its object."""
    first = next((item for item in frame.items if isinstance(item, Mention) and item.text not in _POLITE), None)
    return isinstance(first, Mention) and first.text in _SHOWING


def _as_population(frame: Frame, assembly: Assembly) -> Frame:
    """The same frame with its measure as the people it counts; as a named population where the model has it."""
    names = [name for measure in frame.measures for name in measure.metrics]
    for each in assembly.scope.model.lists.values():
        if each.metric in names:
            listed = tuple(replace(m.parts[0], senses=(ListSense(each.name),)) for m in frame.measures)
            return replace(frame, measures=(), lists=(*frame.lists, *listed))
    return replace(frame, measures=(), populations=(*frame.populations, *frame.measures))


def _counts(frame: Frame) -> bool:
    if (
        frame.has("intent.list")
        and any(not m.is_filler for m in frame.said("intent.list"))
        and not frame.has("question.how_many")
    ):
        return False
    return frame.has("intent.count", "quantity.people", "question.how_many", "share.share")


def _lists(frame: Frame) -> bool:
    return frame.has("intent.list", "question.which", "question.who")


def _counted_rows(frame: Frame, assembly: Assembly) -> str | None:
    """How many positive ones on Weibo: of values alone that no customer has, their own rows are counted."""
    described = frame.clauses or frame.lists or frame.dated or frame.populations or frame.conditions or frame.compared
    asks = frame.has("question.how_many", "intent.count") and not frame.has("quantity.people", "question.who")
    if described or not frame.values or not asks:
        return None
    model, structure = assembly.scope.model, assembly.scope.structure
    names = [values.dimensions for values in frame.values]
    if not all(names) or any(structure.entity_dimension(name) for each in names for name in each):
        return None
    rows = [
        m.name
        for m in model.metrics.values()
        if structure.counts_rows(m.name)
        and m.filter is None
        and not m.definition.hidden
        and all(any(model.dimensions[name].home.dataset == m.definition.dataset for name in each) for each in names)
    ]
    return rows[0] if len(rows) == 1 else None


def _distributed(frame: Frame, assembly: Assembly) -> str | None:
    """The distribution of loyalty levels, 工单来源分布: what is counted is what the dimension describes."""
    words = [part.text for group in frame.groups for part in group.parts]
    words += [item.text for item in frame.items if isinstance(item, Mention)]
    if not frame.groups or not any(mark in word for word in words for mark in _DISTRIBUTION):
        return None
    model, structure = assembly.scope.model, assembly.scope.structure
    name = frame.groups[0].dimensions[0] if frame.groups[0].dimensions else None
    if name is None:
        return None
    if structure.entity_dimension(name):
        return next(iter(count_metrics(frame, assembly)), None)
    home = model.dimensions[name].home.dataset
    rows = [m for m in model.metrics.values() if m.definition.dataset == home and structure.counts_rows(m.name)]
    return next((m.name for m in rows if m.filter is None), None)


def _ask_for_metric(frame: Frame, assembly: Assembly) -> None:
    """A period or a value alone: ask which metric is meant."""
    if not (frame.values or frame.groups or frame.whens):
        return
    first = (*frame.values, *frame.groups, *frame.whens)[0]
    model = assembly.scope.model
    main = assembly.scope.structure.main_behaviour
    first_names = [main.amount, main.metric] if main is not None else []
    counted = [entity.counted_by for entity in model.entities.values()]
    rest = [name for name, metric in model.metrics.items() if not metric.definition.hidden and metric.kind == "derived"]
    names = list(dict.fromkeys(name for name in (*first_names, *counted, *rest) if name is not None))[:6]
    options = tuple(Option(assembly.metric_label(name), "metric", name) for name in names)
    raise StopError(Doubt("missing_metric", said(first), options))
