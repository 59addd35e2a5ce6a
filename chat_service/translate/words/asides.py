"""Unknown words that a question may do without: they become words without meaning, and are told to the asker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import pairwise, takewhile

from chat_service.language.words.kinds import Piece, Says, kinds_of, verdicts
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    EntitySense,
    Mention,
    MetricSense,
    WordSense,
)
from chat_service.translate.words.lexicon import Lexicon

ASIDE = WordSense("filler", "aside")
_MOST_PARTS = 4
_CONTENT_KINDS = ("n", "v", "a")
_ENDS = frozenset(".?!;:-—–…\n")
# words that turn a request, and say nothing of it alone
_OPERATORS = frozenset(
    {"change", "connective", "question", "quantity", "comparative", "trend", "follow", "kind_of", "entity"}
)
_SUBJECTS = (MetricSense, DimensionSense, BehaviourSense, EntitySense)
_SAYS: dict[str, Says] = {
    "mark": "edge",
    "function.link": "edge",
    "function.person": "person",
    "function.want": "ask",
    "phrase.link": "edge",
    "phrase.person": "person",
    "phrase.want": "ask",
    "light.ask": "ask",
}


def without_asides(mentions: tuple[Mention, ...], lexicon: Lexicon) -> tuple[Mention, ...]:
    """The mentions, with those that may be set aside marked so. A question that names nothing keeps them all."""
    torn = {at for at, _ in torn_words([each.text if each.words("filler") else "" for each in mentions], lexicon)}
    if all(mention.senses for mention in mentions) and not torn:
        return mentions
    stretches = _whole_words(mentions, torn)
    pieces = tuple(
        Piece("".join(m.text for m in mentions[a:b]), "unknown" if a in torn else _says(mentions[a:b]))
        for a, b in stretches
    )
    if not any(piece.says in ("content", "subject") for piece in pieces):
        return mentions
    aside = [stretches[verdict.at] for verdict in verdicts(pieces) if verdict.set_aside]
    lost = {at for first, last in aside for at in range(first, last)}
    marked = [replace(each, senses=(ASIDE,)) if at in lost else each for at, each in enumerate(mentions)]
    link = (WordSense("filler", "function.link"),)
    return tuple(replace(each, senses=link) if _follows_aside(marked, at) else each for at, each in enumerate(marked))


def _follows_aside(mentions: list[Mention], at: int) -> bool:
    """'Hate to nag, but …': the word joins the aside to the question, and bars nothing."""
    before = list(takewhile(lambda each: not _is_named(each), reversed(mentions[:at])))
    return "but" in mentions[at].words("connective") and any(is_aside(each) for each in before)


def _is_named(mention: Mention) -> bool:
    return not all(isinstance(sense, WordSense) for sense in mention.senses)


def is_aside(mention: Mention) -> bool:
    """Whether a mention was set aside."""
    return ASIDE in mention.senses


def asides(mentions: tuple[Mention, ...]) -> tuple[tuple[int, int], ...]:
    """The stretches of the folded text that were set aside, neighbours as one."""
    found: list[tuple[int, int]] = []
    for each in mentions:
        if is_aside(each) and found and found[-1][1] == each.start:
            found[-1] = (found[-1][0], each.end)
        elif is_aside(each):
            found.append((each.start, each.end))
    return tuple(found)


def torn_words(said: Sequence[str], lexicon: Lexicon) -> Iterator[tuple[int, str]]:
    """Dictionary words that are cut between words without meaning, with the place of the first: 批发的 as 批 and 发的.

    `said` are the words in a row, with nothing for those that mean something.
    """
    for at, (left, right) in enumerate(pairwise(said)):
        if not left or not right or left.isascii() or right.isascii():
            continue
        torn = (left[-a:] + right[:b] for a in (2, 1) for b in (2, 1) if a == len(left) or b == len(right))
        strange = (word for word in torn if kinds_of(word)[:1] in _CONTENT_KINDS and not lexicon.senses(tuple(word)))
        if (word := next(strange, None)) is not None:
            yield at, word


def _whole_words(mentions: tuple[Mention, ...], torn: Set[int]) -> list[tuple[int, int]]:
    """The mentions one by one, but an unknown character with those beside it that it makes a dictionary word with."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(mentions):
        ends = (
            end for end in range(min(len(mentions), at + _MOST_PARTS), at + 1, -1) if _is_one_word(mentions[at:end])
        )
        end = at + 2 if at in torn else next(ends, at + 1)
        found.append((at, end))
        at = end
    return found


def _is_one_word(parts: tuple[Mention, ...]) -> bool:
    together = all(one.end == other.start for one, other in pairwise(parts))
    unknown = any(not part.senses for part in parts) and not any(part.text.isascii() for part in parts)
    return together and unknown and bool(kinds_of("".join(part.text for part in parts)))


def _says(parts: tuple[Mention, ...]) -> Says:
    mention = parts[0]
    if any(not part.senses for part in parts):
        return "unknown"
    if not any(character.isalnum() for character in mention.text) and mention.text != "、":
        return "end" if mention.text in _ENDS else "edge"
    if set(mention.words("connective")) == {"but"}:
        return "edge"
    if _is_named(mention):
        return "subject" if isinstance(mention.senses[0], _SUBJECTS) else "content"
    if not mention.is_filler:
        roles = {(sense.role, sense.meaning) for sense in mention.senses if isinstance(sense, WordSense)}
        turns = all(
            role in _OPERATORS or (role, meaning) in (("intent", "count"), ("intent", "list"))
            for role, meaning in roles
        )
        return "operator" if turns else "content"
    return next((_SAYS[name] for name in mention.words("filler") if name in _SAYS), "function")
