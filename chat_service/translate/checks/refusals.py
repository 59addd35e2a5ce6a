"""Reasons to refuse a question before anything is made of it.

It wants data changed, holds words that are not understood, or asks for what cannot be computed.
"""

from __future__ import annotations

from rapidfuzz import fuzz, process

from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.parse import Parsed
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.words.vocabulary import known_words
from semantic_layer import Model


def refuse_writing(frame: Frame, *, goes_on: bool = False) -> None:
    """Raise StopError where the question wants data changed or something sent.

    In a question that goes on from another, 改为今年上半年 at its start changes that question.
    """
    for flag in ("intent.change_data", "intent.send"):
        for mention in frame.said(flag):
            opens = bool(frame.items) and mention.start == frame.items[0].start and not frame.entities
            if goes_on and opens and "instead" in mention.words("follow"):
                continue
            if not mention.is_filler and not mention.words("exclusion") and not _names_something(mention):
                raise StopError(Denial("read_only", mention.text))


def _names_something(mention: Mention) -> bool:
    return bool(mention.metrics() or mention.values() or mention.dimensions() or mention.behaviours())


def refuse_unknown(parsed: Parsed, frame: Frame, assembly: Assembly) -> None:
    """Raise StopError for the first word that is not understood, or that no pattern took."""
    if parsed.unknown:
        raise StopError(_unknown(parsed, frame, assembly))
    for item in frame.leftover:
        if isinstance(item, Mention) and item.words("statistic"):
            continue
        raise StopError(Denial("not_supported", said(item)))


def _unknown(parsed: Parsed, frame: Frame, assembly: Assembly) -> Denial:
    """The refusal that names what was not understood, with the nearest values or metrics."""
    mention = _whole_word(parsed)
    word = parsed.folded.typed(mention.start, mention.end)
    beside = [v for v in frame.values if v.end == mention.start or v.start == mention.end]
    if beside and not word.isascii():
        first, last = min(beside[0].start, mention.start), max(beside[0].end, mention.end)
        word = parsed.folded.typed(first, last)
        return Denial("unknown_value", word, tuple(text for text, _ in assembly.index.nearest(word)))
    near_values = assembly.index.nearest(word)
    if near_values and fuzz.ratio(near_values[0][0], word.lower()) >= 78 and word.lower() not in known_words():
        return Denial("unknown_value", word, tuple(text for text, _ in near_values))
    nothing = not (
        frame.measures
        or frame.conditions
        or frame.lists
        or frame.clauses
        or frame.entities
        or frame.groups
        or frame.values
    )
    labels = [
        m.label.in_language(assembly.scope.language)
        for m in assembly.scope.model.metrics.values()
        if not m.definition.hidden
    ]
    near = tuple(label for label, _, _ in process.extract(word, labels, scorer=fuzz.WRatio, limit=3, score_cutoff=75))
    if nothing:
        return Denial("unknown_metric" if near else "off_topic", word, near)
    return Denial("unknown_word", word, near)


def _whole_word(parsed: Parsed) -> Mention:
    """The first unknown stretch, with single Chinese characters beside it that are likely parts of the same word."""
    unknown = parsed.unknown[0]
    if unknown.text.isascii():
        return unknown
    at = parsed.mentions.index(unknown)
    start, end = unknown.start, unknown.end
    for mention in reversed(parsed.mentions[:at]):
        if mention.end != start or not _part_of_word(mention):
            break
        start = mention.start
    for mention in parsed.mentions[at + 1 :]:
        if mention.start != end or not _part_of_word(mention):
            break
        end = mention.end
    return Mention(start, end, parsed.folded.text[start:end], ())


def _part_of_word(mention: Mention) -> bool:
    return (
        len(mention.text) == 1 and "\u4e00" <= mention.text <= "\u9fff" and mention.text not in word_set("standalone")
    )


def asked_metrics(parsed: Parsed, model: Model) -> tuple[str, ...]:
    """The metrics that a question names or touches: those that are measured before those in conditions."""
    frame = parsed.frame
    found = [name for measure in (*frame.measures, *frame.conditions, *frame.populations) for name in measure.metrics]
    found.extend(name for mention in parsed.mentions for name in mention.metrics())
    found.extend(clause.metric for clause in frame.clauses)
    found.extend(m for mention in frame.lists if (m := model.lists[mention.lists()[0]].metric) is not None)
    found.extend(model.behaviours[name].metric for mention in parsed.mentions for name in mention.behaviours())
    return tuple(dict.fromkeys(found))


def refuse_uncomputable(frame: Frame, assembly: Assembly) -> None:
    """Raise StopError for statistics, reasons, forecasts and averages that the model has no metric for."""
    _refuse_statistics(frame, assembly)
    for mention in frame.said("intent.why"):
        if not mention.is_filler and frame.against and frame.measures:
            assembly.assume("why_as_comparison")
        elif not mention.is_filler:
            raise StopError(Denial("not_supported_yet", mention.text))
    for mention in frame.said("average.per_day"):
        raise StopError(Denial("not_supported", mention.text))  # where the model has no such mean
    spread = [m for flag in ("average.per_head", "average.per_order") for m in frame.said(flag)]
    spread += [m for m in frame.said("average.mean") if not m.is_filler]
    if spread and not all(_is_mean(name, assembly) for measure in frame.measures for name in measure.metrics):
        raise StopError(Denial("not_supported", spread[0].text))


def _refuse_statistics(frame: Frame, assembly: Assembly) -> None:
    for flag in ("statistic.median", "statistic.spread", "statistic.relation", "statistic.extreme"):
        for mention in frame.said(flag):
            if not mention.is_filler:
                raise StopError(Denial("statistic", mention.text))
    for mention in frame.said("intent.forecast"):
        if not mention.is_filler:
            raise StopError(Denial("forecast", mention.text))
    for _ in frame.said("intent.export"):
        assembly.assume("export_as_table")


def _is_mean(metric: str, assembly: Assembly) -> bool:
    return assembly.scope.structure.is_ratio(metric)
