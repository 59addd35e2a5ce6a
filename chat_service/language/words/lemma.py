"""English words -> their base forms, by a small set of rules and a list of exceptions.

Good enough to let `ordered`, `ordering` and `orders` meet in a vocabulary whose own words pass through here as well:
both sides meet even where the base form is not a word (`purchas`).
"""

from __future__ import annotations

from functools import lru_cache

from chat_service.language.words.tables import tables

_VOWELS = frozenset("aeiouy")
_IRREGULAR: dict[str, str] = {form: base for base, forms in tables("en")["irregular"].items() for form in forms}
_FORMS = tables("en")["form"]
# Words that only look inflected.
_WHOLE = frozenset(_FORMS["whole"])
# Common verbs whose e the endings swallow and that no ending of theirs gives away.
_SILENT_E = frozenset(_FORMS["silent_e"])
_SILENT_E_ENDINGS = _FORMS["silent_e_endings"]
_NO_E = frozenset(_FORMS["no_silent_e"])
_DOUBLED = frozenset(_FORMS["doubled"])


@lru_cache(maxsize=8192)
def lemma(word: str) -> str:
    """The base form of a folded English word.

    >>> [lemma(word) for word in ("orders", "bought", "cities", "shopping", "purchases", "purchased", "refunded")]
    ['order', 'buy', 'city', 'shop', 'purchase', 'purchase', 'refund']
    """
    if word.endswith("'s"):
        word = word[:-2]
    word = word.rstrip("'")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or word in _WHOLE or not word.isascii():
        return word
    one = _singular(word) or word
    return one if one in _WHOLE else _IRREGULAR.get(one) or _verb(one) or one


def _singular(word: str) -> str | None:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return None
    if word.endswith("ies"):
        return word[:-3] + ("y" if len(word) > 4 else "ie")
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def _verb(word: str) -> str | None:
    """`-ed` and `-ing` off, where a vowel is left in the stem."""
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3 and not _VOWELS.isdisjoint(stem):
            return _restored(stem)
        if stem != word and stem == "us":
            return "use"
    return None


def _restored(stem: str) -> str:
    """What the ending took from the word: a silent e returns, a doubled consonant goes; see, woo keep theirs."""
    if stem in _NO_E:
        return stem
    if stem + "e" in _SILENT_E or stem.endswith(_SILENT_E_ENDINGS):
        return stem + "e"
    if stem[-1] == stem[-2] and (stem[-1] not in "elosz" or stem in _DOUBLED) and stem not in ("add", "odd"):
        return stem[:-1]
    return stem
