"""How a question was read: spans of every word, assumptions. Read off the derivation alone."""

from __future__ import annotations

from collections.abc import Iterator

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Assumption, Chart, Language, Moved, Reading, Span, SpanRole
from chat_service.translate.grammar.categories import Rank
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.replies.sentences import assumption_text
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.words.spelling import Correction

# another reading that is no dearer than this was close
CLOSE = 0.5
# how sure a reading is whose request nobody has weighed
_UNWEIGHED = 0.9
_FLAGS: dict[str, SpanRole] = {
    "entity": "entity",
    "ask": "intent",
    "intent": "intent",
    "chart": "intent",
    "follow": "intent",
    "kind_of": "grouping",
    "only": "operator",
    "comparison": "comparison",
    "change": "comparison",
    "comparative": "comparison",
    "trend": "grain",
    "share": "share",
    "cumulative": "cumulative",
    "subtotals": "grouping",
    "connective": "operator",
    "grouping": "grouping",
    "date": "period",
}
_FORMS: tuple[Chart, ...] = ("pie", "stacked", "line", "bar", "table")


def nothing_read(language: Language) -> Reading:
    """The reading of a text without words."""
    return Reading(language, confidence=0.0, basis=("nothing_understood",))


def make_reading(
    frame: Frame,
    language: Language,
    corrections: tuple[Correction, ...] = (),
    assembly: Assembly | None = None,
    *,
    follow_up: bool = False,
    margin: float = 1.0,
) -> Reading:
    """The reading of a frame, with what an assembly made of it."""
    spans = tuple(_spans(frame, assembly))
    unused = tuple(frame.lattice.typed(start, end) for start, end in frame.unknown)
    assumed = [
        Assumption("corrected_typo", assumption_text("corrected_typo", (c.typed, c.read_as), language))
        for c in corrections
    ]
    if assembly is not None:
        assumed.extend(Assumption(code, assumption_text(code, words, language)) for code, words in assembly.assumptions)
    codes = [each.code for each in assumed]
    told = {"words_not_understood": bool(unused), "corrected_typo": bool(corrections), "follow_up": follow_up}
    told |= {"set_aside": "set_aside" in codes, "close_reading": margin <= CLOSE}
    told |= {"assumed_reading": bool(set(codes) - {"set_aside", "corrected_typo", "kept_from_before"})}
    held = tuple(name for name, holds in told.items() if holds)
    plain = (() if unused else ("all_words_used",)) + (() if corrections else ("exact_terms",))
    basis = (*plain, *held)
    growth = bool(frame.said("change"))
    ranks = (item.meaning for item in frame.of(Rank) if isinstance(item.meaning, Rank))
    counted = any(rank.count is not None for rank in ranks) or any(span.role == "limit" for span in spans)
    chart, moved = chart_of(frame), _moved(frame)
    return Reading(language, spans, unused, tuple(assumed), _UNWEIGHED, basis, chart, growth, moved, counted)


def chart_of(frame: Frame) -> Chart | None:
    """The chart form that the asker named."""
    return next((form for form in _FORMS if frame.said(f"chart.{form}")), None)


def _moved(frame: Frame) -> Moved | None:
    """Which way the words of change say that it went; None where none or several ways are said."""
    ways: set[Moved] = set()
    for edge in frame.said("change.up", "change.down"):
        is_up = edge.category == "change.up"
        if frame.folded(edge) in word_set("of_merit"):
            ways.add("better" if is_up else "worse")
        else:
            ways.add("up" if is_up else "down")
    return ways.pop() if len(ways) == 1 else None


def _spans(frame: Frame, assembly: Assembly | None) -> Iterator[Span]:
    """One span for each item with what it was used for, and for each word without meaning."""
    uses: dict[int, tuple[SpanRole, str]] = {}
    for use in assembly.uses if assembly is not None else ():
        if id(use.item) not in uses or (use.resolved and not uses[id(use.item)][1]):
            uses[id(use.item)] = (use.role, use.resolved)
    for edge in frame.covering.edges:
        role, resolved = uses.get(id(edge), (None, ""))
        if edge.is_empty:
            role = "filler"
        role = role or next((_FLAGS[key] for key in edge.keys if key in _FLAGS), None)
        if role is not None and (not edge.is_empty or _is_word(edge)):
            start, end = frame.lattice.span(edge.start, edge.end)
            yield Span(frame.lattice.folded.original[start:end], start, end, role, resolved)


def _is_word(edge: Edge) -> bool:
    return isinstance(edge.meaning, str) and any(character.isalnum() for character in edge.meaning)
