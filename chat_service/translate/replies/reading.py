"""How a question was read: spans of every word used, assumptions, and how sure it is."""

from __future__ import annotations

from typing import Literal

from chat_service.outcomes import Assumption, Language, Reading, Span
from chat_service.translate.grammar.categories import mentions_of
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.parse import Parsed
from chat_service.translate.replies.sentences import assumption_text
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.senses import Mention
from chat_service.translate.words.asides import asides

_COST_OF_TYPO, _COST_OF_ASSUMPTION, _COST_OF_UNKNOWN, _COST_OF_FOLLOW_UP = 0.12, 0.06, 0.4, 0.05
Chart = Literal["line", "bar", "table"]


def make_reading(
    parsed: Parsed | None, language: Language, assembly: Assembly | None = None, *, follow_up: bool = False
) -> Reading:
    """The reading of a question; of an empty one too."""
    if parsed is None:
        return Reading(language, confidence=0.0, basis=("nothing_understood",))
    spans = _spans(parsed, assembly)
    unused = tuple(parsed.folded.typed(mention.start, mention.end) for mention in parsed.unknown)
    assumed = [
        Assumption("corrected_typo", assumption_text("corrected_typo", (c.typed, c.read_as), language))
        for c in parsed.corrections
    ]
    aside = [parsed.folded.typed(start, end) for start, end in asides(parsed.mentions)]
    if aside:
        words = ("、" if language == "zh" else ", ").join(aside)
        assumed.append(Assumption("set_aside", assumption_text("set_aside", (words,), language)))
    if assembly is not None:
        assumed.extend(Assumption(code, assumption_text(code, words, language)) for code, words in assembly.assumptions)
    basis = ["all_words_used" if not unused else "words_not_understood"]
    basis.append("corrected_typo" if parsed.corrections else "exact_terms")
    if len(assumed) > len(parsed.corrections):
        basis.append("assumed_reading")
    if follow_up:
        basis.append("follow_up")
    score = (
        1.0 - _COST_OF_TYPO * len(parsed.corrections) - _COST_OF_ASSUMPTION * (len(assumed) - len(parsed.corrections))
    )
    score -= _COST_OF_UNKNOWN * bool(unused) + _COST_OF_FOLLOW_UP * follow_up
    return Reading(
        language,
        spans,
        unused,
        tuple(assumed),
        round(max(0.05, min(1.0, score)), 2),
        tuple(basis),
        chart_of(parsed.frame),
    )


def chart_of(frame: Frame) -> Chart | None:
    """The chart form that the asker named."""
    forms: tuple[Chart, ...] = ("line", "bar", "table")
    for form in forms:
        if any(not mention.is_filler or len(mention.text) > 5 for mention in frame.said(f"chart.{form}")):
            return form
    return None


def _spans(parsed: Parsed, assembly: Assembly | None) -> tuple[Span, ...]:
    found: dict[tuple[int, int], Span] = {}
    for use in assembly.uses if assembly is not None else ():
        for mention in mentions_of(use.item):
            if mention.is_filler and not _names_model(mention) and len(mentions_of(use.item)) > 1:
                continue
            start, end = parsed.folded.span(mention.start, mention.end)
            found.setdefault((start, end), Span(parsed.folded.original[start:end], start, end, use.role, use.resolved))
    for mention in parsed.mentions:
        start, end = parsed.folded.span(mention.start, mention.end)
        if mention.is_filler and mention.senses and not any(s <= start and end <= e for s, e in found):
            found[(start, end)] = Span(parsed.folded.original[start:end], start, end, "filler", "")
    return tuple(found[key] for key in sorted(found))


def _names_model(mention: Mention) -> bool:
    return bool(mention.metrics() or mention.values() or mention.dimensions() or mention.date or mention.number)
