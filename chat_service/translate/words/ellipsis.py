"""Two names that share a word, each by its whole: mean and median order value, points earned and redeemed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chat_service.language.folding import Folded
from chat_service.language.tokens import Token, tokenize
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import MetricSense
from chat_service.translate.words.lexicon import Lexicon
from chat_service.translate.words.spelling import replaced
from chat_service.translate.words.vocabulary import phrase_keys

_MOST_APART, _MOST_SHARED = 2, 3


def completed(folded: Folded, lexicon: Lexicon) -> Folded:
    """The text with the half of a name that leans on its neighbour made whole, where both wholes are metrics."""
    if not folded.text.isascii():
        return folded
    tokens = tokenize(folded)
    for at in range(len(tokens) - 2, 0, -1):
        if tokens[at].text in word_set("joins_halves"):
            for first, last, whole in _halves(tokens, at, lexicon):
                return completed(replaced(folded, tokens[first].fstart, tokens[last - 1].fend, whole), lexicon)
    return folded


def _halves(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """The half before the joiner at `at` that lacks its end, or the one behind it that lacks its beginning."""
    for own in range(1, min(_MOST_APART, at) + 1):
        for other in range(1, _MOST_APART + 1):
            for shared in range(1, _MOST_SHARED + 1):
                half, rest = tokens[at - own : at], tokens[at + 1 : at + 1 + other + shared]
                whole = _said((*half, *rest[other:]))
                if len(rest) == other + shared and _are_two(whole, _said(rest), _said(half), lexicon):
                    yield at - own, at, whole
                before, after = tokens[max(0, at - own - shared) : at], tokens[at + 1 : at + 1 + other]
                whole = _said((*before[:shared], *after))
                if len(before) == own + shared and _are_two(whole, _said(before), _said(after), lexicon):
                    yield at + 1, at + 1 + other, whole


def _are_two(whole: str, beside: str, half: str, lexicon: Lexicon) -> bool:
    one, other = _metrics(whole, lexicon), _metrics(beside, lexicon)
    return bool(one and other) and not one & other and not _metrics(half, lexicon)


def _metrics(text: str, lexicon: Lexicon) -> set[str]:
    return {sense.name for sense in lexicon.senses(phrase_keys(text)) if isinstance(sense, MetricSense)}


def _said(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens)
