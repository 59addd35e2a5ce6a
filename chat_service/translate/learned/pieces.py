"""A text cut into the pieces that the network knows: the likeliest cut by their frequencies (a unigram model).

Source: T. Kudo, Subword Regularization (2018), section 3.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

SPACE = "▁"
_FIRST, _LAST, _UNKNOWN = "<s>", "</s>", "<unk>"
_LONGEST, _NEVER = 24, -1e30


class Pieces:
    """`scores` are the log-frequencies of the pieces, a number each; three of them open, close and stand for others."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self._numbers, self._scores = {piece: number for number, piece in enumerate(pieces)}, scores
        self.first, self.last, self._unknown = (self._numbers.pop(each) for each in (_FIRST, _LAST, _UNKNOWN))
        self.space = self._numbers[SPACE]
        self._unseen = min(scores) - 10.0
        self._longest: dict[str, int] = {}  # by how a piece begins
        for piece in self._numbers:
            if self._longest.get(piece[:2], 0) < len(piece) <= _LONGEST:
                self._longest[piece[:2]] = len(piece)

    def cut(self, text: str) -> list[int]:
        """The numbers of the pieces, from left to right."""
        said = SPACE + " ".join(unicodedata.normalize("NFKC", text).split()).replace(" ", SPACE)
        best, back = [0.0] + [_NEVER] * len(said), [(0, self._unknown)] * (len(said) + 1)
        for start in range(len(said)):
            before = best[start]
            longest = self._longest.get(said[start : start + 2], 1)
            for end in range(start + 1, min(len(said), start + longest) + 1):
                number = self._numbers.get(said[start:end])
                if number is not None and before + self._scores[number] > best[end]:
                    best[end], back[end] = before + self._scores[number], (start, number)
            if before + self._unseen > best[start + 1]:
                best[start + 1], back[start + 1] = before + self._unseen, (start, self._unknown)
        found, at = [], len(said)
        while at:
            at, number = back[at]
            found.append(number)
        return found[::-1]


__all__ = ["SPACE", "Pieces"]
