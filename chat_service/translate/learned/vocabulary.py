"""The numbers that the network knows texts and requests by: pieces of text first, the words of requests after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from chat_service.translate.learned.page import Laid
from chat_service.translate.learned.pieces import Pieces

RARE = "<rare>"  # for a word of requests that was never learned
MOST = 96  # of a whole page; one in two thousand of those learned from was longer
_OTHER = 12  # of the words of one thing that is named


@dataclass(frozen=True)
class Vocabulary:
    """`many` pieces of text, and the words that requests are written with."""

    many: int
    pieces: Pieces
    words: tuple[str, ...]

    def numbered(self, page: Iterable[Laid]) -> list[tuple[int, int]]:
        """A page as numbers, each with the part it belongs to; empty of one longer than what was learned from."""
        found = [(number, laid.part) for laid in page for number in self._numbers(laid)]
        return found if len(found) <= MOST else []

    def word(self, word: str) -> int:
        """The number of a word, among words."""
        return self._number.get(word, self._number[RARE])

    def knows(self, word: str) -> bool:
        """Whether a word was learned."""
        return word in self._number

    def _numbers(self, laid: Laid) -> Sequence[int]:
        if laid.is_word:
            return [self.many + self.word(laid.said)]
        cut = self.pieces.cut(laid.said)
        if laid.is_first:
            return [self.pieces.first, *cut, self.pieces.last]
        return (cut[1:] if cut[:1] == [self.pieces.space] else cut)[:_OTHER]

    @cached_property
    def _number(self) -> dict[str, int]:
        return {each: number for number, each in enumerate(self.words)}


__all__ = ["RARE", "Vocabulary"]
