"""How a learned reading is told: the words that a request holds by name, and those that no rule reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chat_service.language.dates.mention import DateMention
from chat_service.language.folding import Folded, fold
from chat_service.language.phrases import listed
from chat_service.outcomes import Assumption, Question, Reading, Span, SpanRole
from chat_service.translate.replies.sentences import assumption_text
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    ListSense,
    Mention,
    MetricSense,
    NumberSense,
    Sense,
    ValueSense,
)


def alike(
    reading: Reading,
    question: Question,
    mentions: Sequence[Mention],
    written: Sequence[str],
    *,
    goes_on: bool,
    aside: str = "",
) -> Reading:
    """The reading of the rules, which did not read all, as that of a request in such words; `aside`: what they left
    out, where without it they read the same."""
    names = {word[1:] for word in written if word.startswith("=")}
    spans, folded, last = [], fold(question.text), 0
    for mention in sorted(mentions, key=lambda each: (each.start, each.start - each.end)):
        found = next(_roles(mention, names), None)
        if found is not None and mention.start >= last:
            last = mention.end
            spans.append(_span(folded, mention, *found))
    unread = listed(reading.unused or (question.text,), reading.language)
    code, said = ("set_aside", aside) if aside else ("read_alike", unread)
    told = Assumption(code, assumption_text(code, (said,), reading.language))
    basis = ("read_alike", *(("follow_up",) if goes_on else ()))
    return replace(reading, spans=tuple(spans), unused=(), assumptions=(told,), basis=basis)


def _roles(mention: Mention, names: set[str]) -> Iterator[tuple[SpanRole, str]]:
    for sense in mention.senses:
        role = _role(sense)
        if role is not None and (role[0] in ("period", "number", "value") or role[1] in names):
            yield role


def _role(sense: Sense) -> tuple[SpanRole, str] | None:
    match sense:
        case DateMention(period=period) if period is not None:
            return "period", str(period)
        case NumberSense(value):
            return "number", f"{value:g}"
        case ValueSense(dimension, value):
            return "value", f"{dimension}={value}"
        case MetricSense(name):
            return "metric", name
        case DimensionSense(name):
            return "dimension", name
        case BehaviourSense(name):
            return "behaviour", name
        case ListSense(name):
            return "list", name
    return None


def _span(folded: Folded, mention: Mention, role: SpanRole, resolved: str) -> Span:
    start, end = folded.span(mention.start, mention.end)
    return Span(folded.original[start:end], start, end, role, resolved)


__all__ = ["alike"]
