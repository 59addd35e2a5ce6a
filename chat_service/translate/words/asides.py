"""Unknown words that a question may do without: they become words without meaning, and are told to the asker."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, takewhile

from chat_service.language.words.kinds import Piece, Says, kinds_of, verdicts
from chat_service.translate.senses import Mention, WordSense

ASIDE = WordSense("filler", "aside")
_MOST_PARTS = 4
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


def without_asides(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions, with those that may be set aside marked so. A question that names nothing keeps them all."""
    if all(mention.senses for mention in mentions):
        return mentions
    stretches = _whole_words(mentions)
    pieces = tuple(Piece("".join(m.text for m in mentions[a:b]), _says(mentions[a:b])) for a, b in stretches)
    if not any(piece.says == "content" for piece in pieces):
        return mentions
    aside = [stretches[verdict.at] for verdict in verdicts(pieces) if verdict.set_aside]
    lost = {at for first, last in aside for at in range(first, last)}
    marked = [replace(each, senses=(ASIDE,)) if at in lost else each for at, each in enumerate(mentions)]
    return tuple(_as_link(each) if _follows_aside(marked, at) else each for at, each in enumerate(marked))


def _follows_aside(mentions: list[Mention], at: int) -> bool:
    """'Hate to nag, but …': the word joins the aside to the question, and bars nothing."""
    before = list(takewhile(lambda each: not _is_named(each), reversed(mentions[:at])))
    return "but" in mentions[at].words("connective") and any(is_aside(each) for each in before)


def _as_link(mention: Mention) -> Mention:
    return replace(mention, senses=(WordSense("filler", "function.link"),))


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


def _whole_words(mentions: tuple[Mention, ...]) -> list[tuple[int, int]]:
    """The mentions one by one, but an unknown character with those beside it that it makes a dictionary word with."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(mentions):
        ends = (
            end for end in range(min(len(mentions), at + _MOST_PARTS), at + 1, -1) if _is_one_word(mentions[at:end])
        )
        end = next(ends, at + 1)
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
        return "edge"
    if set(mention.words("connective")) == {"but"}:
        return "edge"
    if _is_named(mention) or not mention.is_filler:
        return "content"
    return next((_SAYS[name] for name in mention.words("filler") if name in _SAYS), "function")
