"""A message -> its clauses, and the runs of clauses that can hold the question. Decides nothing about what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chat_service.language.dates.mention import DateMention
from chat_service.language.folding import Folded
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import Mention, MetricSense, WordSense

_SENTENCE_ENDS = frozenset("。?!.;…")
_CLAUSE_ENDS = frozenset(",:")
_DASH = "-"
_MARKS = "".join({*_SENTENCE_ENDS, *_CLAUSE_ENDS, _DASH})
# at most so many runs are read, with no more words in all than a message may have
MOST_READ, MOST_WORDS = 12, 240
_MOST_UNKNOWN = 3
_ASKING = ("question", "intent", "chart")


@dataclass(frozen=True)
class Clause:
    """A stretch of the folded text without the mark that ends it: what it is made of, and in which sentence it is."""

    parts: tuple[Mention, ...]
    sentence: int
    asked: bool = False
    """Whether a question mark ends its sentence."""

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.parts[-1].end

    @property
    def unknown(self) -> int:
        return sum(not part.senses for part in self.parts)


def cut(folded: Folded, mentions: tuple[Mention, ...]) -> tuple[Clause, ...]:
    """The clauses of a text: cut at marks, at ends of lines, and before words that lead on (but, so, 所以)."""
    clauses: list[Clause] = []
    parts: list[Mention] = []
    sentence = 0

    def close() -> None:
        if parts:
            clauses.append(Clause(tuple(parts), sentence))
            parts.clear()

    for each in mentions:
        if "\n" in folded.original[_typed_end(folded, parts) : folded.span(each.start, each.end)[0]] and parts:
            close()
            sentence += 1
        if _is_mark(each, folded):
            close()
            ends = each.text in _SENTENCE_ENDS
            if ends and each.text == "?":
                clauses = [Clause(c.parts, sentence, True) if c.sentence == sentence else c for c in clauses]
            sentence += ends
            continue
        if each.text in word_set("leads_on") and parts:
            close()
        parts.append(each)
    close()
    return tuple(clauses)


def is_one(folded: Folded) -> bool:
    """Whether nothing parts a text into clauses."""
    inside = folded.text.strip(_MARKS)
    return "\n" not in folded.original and not any(each in inside for each in (*_MARKS, *word_set("leads_on")))


def runs(clauses: tuple[Clause, ...]) -> Iterator[tuple[int, int]]:
    """Where the question may be, likeliest first: what is understood before what is not, longer before shorter, what
    asks before what does not, later before earlier. Bounded."""
    spans = [
        (first, last)
        for first in range(len(clauses))
        for last in range(first + 1, len(clauses) + 1)
        if last - first < len(clauses) and _is_whole(clauses, first, last)
    ]
    unknowns, asking = [clause.unknown for clause in clauses], [_asks(clause) for clause in clauses]
    unknown = {(a, b): sum(unknowns[a:b]) for a, b in spans}
    spans = [span for span in spans if unknown[span] <= _MOST_UNKNOWN]
    spans.sort(key=lambda s: (unknown[s] > 0, s[0] - s[1], -any(asking[s[0] : s[1]]), -s[0]))
    words = 0
    for first, last in spans[:MOST_READ]:
        words += sum(len(c.parts) for c in clauses[first:last])
        if words > MOST_WORDS:
            return
        yield first, last


def _is_whole(clauses: tuple[Clause, ...], first: int, last: int) -> bool:
    """Whether a run names something, and does not begin within one sentence to go on into the next."""
    within = first > 0 and clauses[first - 1].sentence == clauses[first].sentence
    if within and _names_metric(clauses[first - 1].parts[-1]) and _names_metric(clauses[first].parts[0]):
        return False  # we require revenue, gross profit and gross margin: one list
    crosses = clauses[first].sentence != clauses[last - 1].sentence
    return not (within and crosses) and any(_is_named(part) for c in clauses[first:last] for part in c.parts)


def _asks(clause: Clause) -> bool:
    return any(
        part.words(role) or any(each.endswith(".ask") for each in part.words("filler"))
        for part in clause.parts
        for role in _ASKING
    )


def _is_named(part: Mention) -> bool:
    return any(not isinstance(sense, WordSense | DateMention) for sense in part.senses)


def _names_metric(part: Mention) -> bool:
    return any(isinstance(sense, MetricSense) for sense in part.senses)


def _typed_end(folded: Folded, parts: list[Mention]) -> int:
    return folded.span(parts[-1].start, parts[-1].end)[1] if parts else len(folded.original)


def _is_mark(part: Mention, folded: Folded) -> bool:
    if part.text == _DASH:
        return folded.text[part.start - 1 : part.start] in (" ", _DASH, "") or folded.text[part.end : part.end + 1] in (
            " ",
            _DASH,
            "",
        )
    return part.text in _SENTENCE_ENDS or part.text in _CLAUSE_ENDS
