"""A frame -> what to do: a request, definitions, the catalogue; or a stop with the reason.

The order of the checks is the order in which a reader would object: words that change data, words that are not
understood, what cannot be computed; then what is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz, process

from chat_service.outcomes import Question
from chat_service.translate.accounting import refuse_unaccounted
from chat_service.translate.assembly import Assembly, said
from chat_service.translate.followups import follow_up
from chat_service.translate.frame import Frame
from chat_service.translate.list_request import list_request
from chat_service.translate.metric_request import count_metrics, metric_request
from chat_service.translate.parse import Parsed
from chat_service.translate.senses import ListSense, Mention
from chat_service.translate.words import known_words
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer.query import Request

CATALOGUE: Literal["catalogue"] = "catalogue"


@dataclass(frozen=True)
class Definitions:
    """Metrics whose meaning is asked for."""

    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A request, or something else that is asked for."""

    request: Request | None = None
    other: Definitions | Literal["catalogue"] | None = None
    follow_up: bool = False


def decide(parsed: Parsed, question: Question, assembly: Assembly) -> Decision:
    """What a parsed question asks for. Raises StopError with a doubt or a denial."""
    frame = parsed.frame
    _refuse_writing(frame)
    if _asks_catalogue(frame, parsed):
        return Decision(other=CATALOGUE)
    if (names := _defined(frame, assembly)) and not parsed.unknown:
        return Decision(other=Definitions(names))
    _refuse_unknown(parsed, frame, assembly)
    _refuse_uncomputable(frame, assembly)
    if question.previous is not None:
        changed = follow_up(frame, question.previous, assembly)
        if changed is not None:
            refuse_unaccounted(frame, assembly, changed)
            return Decision(changed, follow_up=True)
    request = new_request(frame, assembly)
    refuse_unaccounted(frame, assembly, request)
    return Decision(request)


def new_request(frame: Frame, assembly: Assembly) -> Request:
    """The request of a question that stands on its own."""
    if frame.measures:
        if frame.ranks and _ranks_entities(frame):
            return list_request(frame, assembly)
        if _lists_people_of(frame, assembly):
            return list_request(_as_population(frame, assembly), assembly)
        return metric_request(frame, assembly)
    if frame.conditions and (frame.groups or all(measure.per_row for measure in frame.conditions)):
        return metric_request(frame, assembly)
    about_people = bool(frame.entities or frame.clauses or frame.lists or frame.dated or frame.populations or frame.compared
                        or frame.has("question.who"))
    if not about_people and frame.conditions:
        return metric_request(frame, assembly)
    if not about_people and (frame.has("quantity.people") or (frame.has("intent.count") and (frame.values or frame.groups))):
        about_people = True
    if not about_people and (frame.has("intent.list") or frame.names_entity) and frame.values:
        about_people = True
    if about_people:
        if _counts(frame):
            return metric_request(frame, assembly, count_metrics(frame, assembly))
        if frame.ranks or frame.clauses or frame.lists or frame.dated or frame.compared or frame.conditions or _lists(frame) or frame.columns:
            return list_request(frame, assembly)
        if frame.groups or frame.whens or frame.has("trend.trend", "share.share"):
            return metric_request(frame, assembly, count_metrics(frame, assembly))
        if frame.values and not frame.has("follow.what_about"):
            return list_request(frame, assembly)
    if (chosen := assembly.fixed.get(-1)) is not None:
        return metric_request(frame, assembly, (chosen,))
    _ask_for_metric(frame, assembly)
    raise StopError(Denial("no_metric"))


def _ranks_entities(frame: Frame) -> bool:
    """Whether customers themselves are ranked: top 10 customers by spend."""
    if frame.groups or not frame.entities:
        return False
    return any(not mention.words("entity") or mention.text in ("who", "谁", "people") for mention in frame.entities) and not any(
        measure.start <= mention.start < measure.end for mention in frame.entities for measure in frame.measures
    )


def _lists_people_of(frame: Frame, assembly: Assembly) -> bool:
    """Whether the people that a metric counts are asked for by name: list the dormant customers."""
    structure = assembly.scope.structure
    names = [name for measure in frame.measures for name in measure.metrics]
    if len(frame.measures) != 1 or frame.groups or frame.against or _counts(frame):
        return False
    relative = any(" who " in part.text for measure in frame.measures for part in measure.parts)
    wants = relative or frame.has("intent.list", "question.who") or (frame.has("question.which") and not frame.has("question.how_many"))
    return wants and all(structure.one_each(name) for name in names)


def _as_population(frame: Frame, assembly: Assembly) -> Frame:
    """The same frame with its measure as the people it counts; as a named population where the model has it."""
    names = [name for measure in frame.measures for name in measure.metrics]
    for each in assembly.scope.model.lists.values():
        if each.metric in names:
            listed = tuple(replace(m.parts[0], senses=(ListSense(each.name),)) for m in frame.measures)
            return replace(frame, measures=(), lists=(*frame.lists, *listed))
    return replace(frame, measures=(), populations=(*frame.populations, *frame.measures))


def _counts(frame: Frame) -> bool:
    if frame.has("intent.list") and any(not m.is_filler for m in frame.said("intent.list")) and not frame.has("question.how_many"):
        return False
    return frame.has("intent.count", "quantity.people", "question.how_many", "share.share")


def _lists(frame: Frame) -> bool:
    return frame.has("intent.list", "question.which", "question.who")


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


# --- reasons to refuse ---


def _refuse_writing(frame: Frame) -> None:
    for flag in ("intent.change_data", "intent.send"):
        for mention in frame.said(flag):
            if not mention.is_filler and not mention.words("exclusion") and not _names_something(mention):
                raise StopError(Denial("read_only", mention.text))


def _names_something(mention: Mention) -> bool:
    return bool(mention.metrics() or mention.values() or mention.dimensions() or mention.behaviours())


def _asks_catalogue(frame: Frame, parsed: Parsed) -> bool:
    strong = [mention for mention in frame.said("intent.help") if not mention.is_filler]
    if frame.said("intent.help") and all(mention.is_filler for mention in parsed.mentions):
        return True
    return bool(strong) and not frame.measures and not parsed.unknown and not frame.clauses


def _defined(frame: Frame, assembly: Assembly) -> tuple[str, ...]:
    """The metrics that a question about meaning names; a named population stands for the metric that counts it."""
    strong = [m for m in frame.said("intent.define") if not m.is_filler]
    if not strong and not _asks_from_when(frame):
        return ()
    found = [name for measure in (*frame.measures, *frame.conditions, *frame.populations) for name in measure.metrics]
    for clause in frame.clauses:
        found.append(clause.metric)
    for item in frame.items:
        found.extend(assembly.scope.model.behaviours[name].metric for name in (item.behaviours() if isinstance(item, Mention) else ()))
    for mention in frame.lists:
        metric = assembly.scope.model.lists[mention.lists()[0]].metric
        found.extend([metric] if metric else [])
    for measure in frame.measures:
        assembly.use(measure, "metric", measure.metrics[0])
    return tuple(dict.fromkeys(found))


def _asks_from_when(frame: Frame) -> bool:
    """多久没买东西算流失: how long counts as what."""
    counts_as = any(isinstance(item, Mention) and item.text in ("算", "才算", "属于", "叫") for item in frame.items)
    return counts_as and frame.has("quantity.long")


def _refuse_unknown(parsed: Parsed, frame: Frame, assembly: Assembly) -> None:
    if parsed.unknown:
        raise StopError(_unknown(parsed, frame, assembly))
    for item in frame.leftover:
        if isinstance(item, Mention) and item.words("statistic"):
            continue
        raise StopError(Denial("not_supported", said(item)))


def _unknown(parsed: Parsed, frame: Frame, assembly: Assembly) -> Denial:
    """The refusal that names what was not understood, with the nearest values or metrics."""
    mention = parsed.unknown[0]
    word = parsed.folded.typed(mention.start, mention.end)
    beside = [v for v in frame.values if v.end == mention.start or v.start == mention.end]
    if beside and not word.isascii():
        first, last = min(beside[0].start, mention.start), max(beside[0].end, mention.end)
        word = parsed.folded.typed(first, last)
        return Denial("unknown_value", word, tuple(text for text, _ in assembly.index.nearest(word)))
    near_values = assembly.index.nearest(word)
    if near_values and fuzz.ratio(near_values[0][0], word.lower()) >= 78 and word.lower() not in known_words():
        return Denial("unknown_value", word, tuple(text for text, _ in near_values))
    nothing = not (frame.measures or frame.conditions or frame.lists or frame.clauses or frame.entities or frame.groups)
    labels = [m.label.in_language(assembly.scope.language) for m in assembly.scope.model.metrics.values() if not m.definition.hidden]
    near = tuple(label for label, _, _ in process.extract(word, labels, scorer=fuzz.WRatio, limit=3, score_cutoff=60))
    if nothing:
        return Denial("unknown_metric" if near else "off_topic", word, near)
    return Denial("unknown_word", word, near)


def _refuse_uncomputable(frame: Frame, assembly: Assembly) -> None:
    for flag in ("statistic.median", "statistic.spread", "statistic.relation", "statistic.extreme"):
        for mention in frame.said(flag):
            if not mention.is_filler:
                raise StopError(Denial("statistic", mention.text))
    for mention in frame.said("intent.why"):
        if not mention.is_filler and frame.against and frame.measures:
            assembly.assume("why_as_comparison")
        elif not mention.is_filler:
            raise StopError(Denial("not_supported_yet", mention.text))
    for mention in frame.said("intent.forecast"):
        if not mention.is_filler:
            raise StopError(Denial("forecast", mention.text))
    for mention in frame.said("intent.export"):
        raise StopError(Denial("not_supported", mention.text))
    spread = [m for flag in ("average.per_head", "average.per_order") for m in frame.said(flag)]
    spread += [m for m in frame.said("average.mean") if not m.is_filler]
    if spread and not all(_is_mean(name, assembly) for measure in frame.measures for name in measure.metrics):
        raise StopError(Denial("not_supported", spread[0].text))


def _is_mean(metric: str, assembly: Assembly) -> bool:
    return assembly.scope.structure.is_ratio(metric)
