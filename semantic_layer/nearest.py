"""The nearest right names to a wrong one, for the sentence of a problem."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_CUTOFF = 60.0


def nearest(word: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` names that look like `word` whatever their case, best first, ties in order of name.

    >>> nearest("reveune", ["revenue", "orders", "refunds"])
    ('revenue',)
    >>> nearest("weather", ["revenue", "orders"])
    ()
    """
    known = sorted(set(names))
    found = process.extract(word, known, scorer=fuzz.ratio, processor=str.lower, limit=limit, score_cutoff=_CUTOFF)
    return tuple(name for name, _, _ in found)
