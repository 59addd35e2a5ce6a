"""Text -> frame: fold, cover with mentions, repair what nothing covers, apply the patterns in order.

The order of `PATTERNS` is the grammar: each pass sees what the ones before it made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chat_service.language.folding import Folded, fold
from chat_service.outcomes import Language
from chat_service.translate.grammar.categories import Items
from chat_service.translate.grammar.frame import Frame, build_frame
from chat_service.translate.grammar.rules.amounts import read_quantities
from chat_service.translate.grammar.rules.clauses import read_clauses
from chat_service.translate.grammar.rules.groups import read_groups
from chat_service.translate.grammar.rules.measures import read_measures
from chat_service.translate.grammar.rules.members import read_members
from chat_service.translate.grammar.rules.periods import read_calendar
from chat_service.translate.grammar.rules.ranks import read_ranks
from chat_service.translate.senses import Mention, MetricSense, ValueSense
from chat_service.translate.words.asides import without_asides
from chat_service.translate.words.mentions import Cover, cover
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.spelling import Correction, Speller, replaced
from chat_service.translate.words.vocabulary import joint_names, phrase_keys

PATTERNS: tuple[Callable[[Items, Scope], Items], ...] = (
    read_calendar,
    read_quantities,
    read_members,
    read_groups,
    read_ranks,
    read_measures,
    read_clauses,
)


_NAMED = (ValueSense, MetricSense)


@dataclass(frozen=True)
class Parsed:
    """A question as understood so far. `unknown` are the mentions that nothing covers, spelling repaired."""

    folded: Folded
    mentions: tuple[Mention, ...]
    frame: Frame
    unknown: tuple[Mention, ...]
    corrections: tuple[Correction, ...]


def parse(text: str, scope: Scope, speller: Speller) -> Parsed:
    """Everything that can be said about a text without deciding what it asks."""
    folded = _apart(fold(text), scope)
    found = _aside(cover(folded, scope.lexicon, scope.today))
    corrections: tuple[Correction, ...] = ()
    if any(not mention.senses for mention in found.mentions):
        folded, found, corrections = speller.repair(folded, found, scope)
        found = _aside(found)
    return _parsed(folded, found, corrections, scope)


def _aside(found: Cover) -> Cover:
    return replace(found, mentions=without_asides(found.mentions))


def _apart(folded: Folded, scope: Scope) -> Folded:
    """北上广 as 北京、上海、广州, 新老客 as 新客、老客, where all of them are names of the model."""
    for name, members in joint_names().items():
        at = folded.text.find(name)
        known = [any(isinstance(s, _NAMED) for s in scope.lexicon.senses(phrase_keys(each))) for each in members]
        if at >= 0 and all(known):
            return replaced(folded, at, at + len(name), (" and " if name.isascii() else "、").join(members))
    return folded


def _parsed(folded: Folded, found: Cover, corrections: tuple[Correction, ...], scope: Scope) -> Parsed:
    unknown = tuple(mention for mention in found.mentions if not mention.senses)
    items: Items = found.mentions
    for read in PATTERNS:
        items = read(items, scope)
    return Parsed(folded, found.mentions, build_frame(items, scope), unknown, corrections)


def language_of(text: str, asked: Language | None) -> Language:
    """The language to answer in: as asked, else the one that most of the words are in."""
    if asked is not None:
        return asked
    han = sum("\u3400" <= character <= "\u9fff" for character in text)
    words = len([word for word in text.split() if word.isascii() and any(c.isalpha() for c in word)])
    return "zh" if han * 2 >= words * 3 and han else "en"
