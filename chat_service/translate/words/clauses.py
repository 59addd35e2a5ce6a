"""The clauses of a text, and its words where the lexicon knows only pieces of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from chat_service.language.folding import Folded
from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import Mention, ValueSense, WordSense
from chat_service.translate.words.lexicon import Lexicon

_ENDS = frozenset("。?!.;…,:")
_LONGEST_WORD = 4


def clauses(folded: Folded, parts: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Where the clauses of a text are: cut at marks, at ends of lines, before words that lead on (but, so, 所以)."""
    held: list[Mention] = []
    for each in parts:
        typed_end = folded.span(held[-1].start, held[-1].end)[1] if held else 0
        new_line = "\n" in folded.original[typed_end : folded.span(each.start, each.end)[0]]
        if held and (each.text in _ENDS or new_line or each.text in word_set("leads_on")):
            yield held[0].start, held[-1].end
            held.clear()
        if each.text not in _ENDS:
            held.append(each)
    if held:
        yield held[0].start, held[-1].end


def whole_words(parts: Sequence[Mention], lexicon: Lexicon) -> tuple[Mention, ...]:
    """The parts, with those that make a dictionary word together (预算, 打电话) as one that is not understood."""
    found: list[Mention] = []
    at = 0
    while at < len(parts):
        ends = range(min(len(parts), at + _LONGEST_WORD), at + 1, -1)
        end = next((end for end in ends if _is_word(parts[at:end], lexicon)), at + 1)
        text = "".join(each.text for each in parts[at:end])
        found.append(parts[at] if end == at + 1 else Mention(parts[at].start, parts[end - 1].end, text, ()))
        at = end
    return tuple(found)


def _is_word(parts: Sequence[Mention], lexicon: Lexicon) -> bool:
    text = "".join(each.text for each in parts)
    whole = all(one.end == other.start for one, other in pairwise(parts)) and not text.isascii()
    torn = any(not part.senses or _operates(part) for part in parts) and not lexicon.senses(tuple(text))
    return whole and torn and len(text) <= _LONGEST_WORD and bool(kinds_of(text))


def _operates(part: Mention) -> bool:
    """Whether a piece turns the question, or limits it: 均 of 月均."""
    return not part.is_filler and any(isinstance(sense, WordSense | ValueSense) for sense in part.senses)
