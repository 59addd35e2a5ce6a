"""More ways to say what a model names, from the concepts of the languages (`deeds.toml`, `things.toml`).

A concept belongs to what the model names with the most of its phrases; the other phrases of the concept then mean the
same, where neither the model nor the languages say otherwise. So a model names a thing once or twice, in either
language, and is asked for in all the usual words. Names with the word for the entity in them ("new customers") are met
with its other words ("new shoppers") too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from chat_service.language.words.tables import languages, tables, word_set
from chat_service.translate.senses import BehaviourSense, EntitySense, ListSense, MetricSense, Sense
from chat_service.translate.words.vocabulary import Phrase, lemma_keys, phrase_keys

Named = tuple[str, Sense]
GAP, OR = "…", "|"  # words between the pieces of a phrase, and other ways to say a piece
_MOST_VARIANTS = 12
_OWN_NAME = 5


def more_names(named: Iterable[Named], is_free: Callable[[Phrase], bool]) -> Iterator[Named]:
    """Phrases that the model does not have for what it names; `is_free` tells those that mean nothing yet."""
    given = tuple(named)
    found: dict[Named, None] = {}
    for role, is_deed in (("deed", True), ("thing", False)):
        by_phrase: dict[Phrase, list[Sense]] = {}
        for text, sense in given:
            if isinstance(sense, BehaviourSense) == is_deed:
                by_phrase.setdefault(_keys(text, is_deed=is_deed), []).append(sense)
        for phrases in _concepts(role).values():
            for sense in _meant(phrases, by_phrase, is_deed=is_deed):
                found.update(
                    dict.fromkeys((text, sense) for phrase in phrases for text in _said(phrase, is_deed=is_deed))
                )
    deeds = [(text, sense) for text, sense in given if isinstance(sense, BehaviourSense)]
    found.update(dict.fromkeys((form, sense) for text, sense in deeds for form in _said(text, is_deed=True)))
    found.update(dict.fromkeys(_with_other_entity_words(given)))
    for text, sense in found:
        if GAP in text or is_free(_keys(text, is_deed=isinstance(sense, BehaviourSense))):
            yield text, sense


@lru_cache(maxsize=2)
def _concepts(role: str) -> dict[str, dict[str, int]]:
    """The concepts of a role with their phrases in all languages, and how much each speaks for what it names.

    A phrase of two concepts speaks for neither.
    """
    found: dict[str, dict[str, int]] = {}
    shared = {word for language in languages() for word, in_ in _shared(language, role).items() if len(in_) > 1}
    for language in languages():
        for concept, phrases in tables(language).get(role, {}).items():
            weights = {phrase: _OWN_NAME if at == 0 else 1 for at, phrase in enumerate(phrases)}
            found[concept] = {**weights, **found.get(concept, {})}
    return {concept: {p: 0 if p in shared else n for p, n in phrases.items()} for concept, phrases in found.items()}


def _shared(language: str, role: str) -> dict[str, list[str]]:
    declared = tables(language).get("shared", {})
    return {word: [each for each in concepts if each.startswith(f"{role}.")] for word, concepts in declared.items()}


def _keys(text: str, *, is_deed: bool) -> Phrase:
    keys = lemma_keys if is_deed else phrase_keys
    if GAP not in text:
        return keys(text)
    return tuple(key for piece in text.split(GAP) for key in (*keys(piece.strip()), GAP))


def _meant(phrases: dict[str, int], by_phrase: dict[Phrase, list[Sense]], *, is_deed: bool) -> tuple[Sense, ...]:
    """What has the most of a concept's phrases in the model; several where it is a tie.

    The first phrase of a language is the concept's own name and counts for more.
    """
    votes: Counter[Sense] = Counter()
    for phrase, weight in phrases.items():
        votes.update(dict.fromkeys(by_phrase.get(_keys(phrase, is_deed=is_deed), ()), weight))
    most = max(votes.values(), default=0)
    return tuple(sense for sense, count in votes.items() if count == most > 0)


def _said(phrase: str, *, is_deed: bool) -> Iterator[str]:
    """The phrase, and a Chinese verb with its object also around an aspect: 下单, 下过单, 填了问卷."""
    yield phrase
    verb = _verb_of(phrase) if is_deed and not phrase.isascii() else ""
    if verb:
        yield from (f"{verb}{aspect}{phrase[len(verb) :]}" for aspect in sorted(word_set("deed_aspect")))


def _verb_of(phrase: str) -> str:
    """The verb that a Chinese phrase opens with, where its object follows; else nothing."""
    if len(phrase) == 2:
        return phrase[0] if phrase[1] in word_set("object") else ""
    verb = max(filter(phrase.startswith, word_set("takes_object")), key=len, default="")
    return "" if phrase[len(verb) :].startswith(tuple(word_set("deed_aspect"))) else verb


def _with_other_entity_words(named: tuple[Named, ...]) -> Iterator[Named]:
    """'Churned customers' as 'churned shoppers', 流失客户 as 流失顾客: the entity by its other nouns.

    But a new member is one who joined, not one who bought first.
    """
    entities: dict[str, dict[str, None]] = {}
    for text, sense in named:
        if isinstance(sense, EntitySense) and len(text) > 1 and text not in word_set("anybody") and "_" not in text:
            entities.setdefault(sense.name, {})[text] = None
    found: dict[str, set[Sense]] = {}
    for spoken in entities.values():
        han = [noun for noun in spoken if not noun.isascii()][:_MOST_VARIANTS]
        words = sorted({phrase_keys(noun)[0] for noun in spoken if noun.isascii() and " " not in noun})
        for text, sense in named:
            once = text.partition(" ")[0] in word_set("each_once")  # distinct users are those of the app
            if isinstance(sense, (MetricSense, ListSense)) and not (once or " who " in text or OR in text):
                for other in (_in_words if text.replace(GAP, "").isascii() else _in_han)(text, words, han):
                    found.setdefault(other, set()).add(sense)
    for other, senses in found.items():  # what would be two things is left to the words that it is made of
        yield from ((other, sense) for sense in senses if len(senses) == 1)


def _in_words(text: str, nouns: list[str], _: list[str]) -> Iterator[str]:
    words = text.split(" ")
    at = next((i for i, word in enumerate(words) if phrase_keys(word)[-1:] and phrase_keys(word)[-1] in nouns), -1)
    if at >= 0 and len(words) > 1:
        new = at > 0 and words[at - 1] in word_set("newly")
        kept = (noun for noun in nouns if not (new and noun in word_set("enrolled")))
        yield from (" ".join((*words[:at], noun, *words[at + 1 :])) for noun in kept)


def _in_han(text: str, _: list[str], nouns: list[str]) -> Iterator[str]:
    own = next((noun for noun in nouns if noun in text and noun != text), None)
    if own is not None:
        new = text.partition(own)[0].endswith(tuple(word_set("newly")))
        kept = (noun for noun in nouns if noun != own and not (new and noun in word_set("enrolled")))
        yield from (text.replace(own, noun, 1) for noun in kept)
