"""Every phrase that is understood, in one tree of tokens: words of the languages and of the model.

Built once for what a model defines: its readers and openings share the tree, each with values of its own put in. A
phrase of the model in English also matches by its base forms where it has three words or more ("customers who buy
again"), and behaviours by theirs ("bought", "buying"); within a name, one determiner is as good as another or none
("put in the cart", "put in their cart"). A synonym with a gap ("how long … reply") matches its pieces in order with
other words between; a piece may be one of several ("remain|be left"). A metric with a number in its name is found with
any that it may have ("the top 15 % of customers").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from types import MappingProxyType

from chat_service.language.tokens import Token
from chat_service.language.words.tables import languages, tables, word_set
from chat_service.translate.meaning.relations import structure_of, versions
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    EntitySense,
    FieldSense,
    ListSense,
    MetricSense,
    Sense,
    TrialSense,
    ValueSense,
    WordSense,
)
from chat_service.translate.words.gapped import Gapped, places_of
from chat_service.translate.words.thesaurus import GAP, OR, more_names
from chat_service.translate.words.values import without_suffix
from chat_service.translate.words.vocabulary import (
    Phrase,
    keeps,
    language_words,
    lemma_keys,
    noun_key,
    phrase_keys,
    verb_key,
)
from semantic_layer import FieldDefinition, Label, Model, Numbered, Synonyms

_INFLECTED = WordSense("filler", "inflected")
_WITH_OBJECT = "light.have"


_ANY_NUMBER = "\0"  # nothing that can be typed
_MOST_MODELS = 4


class _Node(dict[str, "_Node"]):
    """What goes on by which key, and what ends here: fifty thousand of them are made before the first question."""

    __slots__ = ("numbered", "owner", "senses")

    def __init__(self, owner: Lexicon, senses: tuple[Sense, ...] = (), numbered: tuple[str, ...] = ()) -> None:
        self.owner, self.senses, self.numbered = owner, senses, numbered


@dataclass(frozen=True)
class Hit:
    """Tokens `first` to `last` (half-open, counted among all tokens) and what they can mean."""

    first: int
    last: int
    senses: tuple[Sense, ...]


class Lexicon:
    """A tree of phrases. `add` while building, `hits` ever after."""

    def __init__(self, numbered: Mapping[str, Numbered] = MappingProxyType({})) -> None:
        self._root = _Node(self)
        self._gapped: dict[str, list[Gapped]] = {}
        self._numbered = numbered
        self.vocabulary: set[str] = set()

    def grown(self) -> Lexicon:
        """A tree with all that is in this one, to put more in. They share what is added to neither."""
        found = Lexicon(self._numbered)
        found._root = self._root
        found._gapped = {key: [*each] for key, each in self._gapped.items()}
        found.vocabulary = {*self.vocabulary}
        return found

    def add(self, phrase: Phrase, sense: Sense) -> None:
        """Put a phrase in; the same phrase may have several senses, each once."""
        if not phrase:
            return
        node = self._at(phrase)
        self.vocabulary.update(phrase)
        if sense not in node.senses:
            node.senses += (sense,)
        numbered = self._numbered.get(sense.name) if isinstance(sense, MetricSense) else None
        if numbered is not None and isinstance(sense, MetricSense) and str(numbered.usual) in phrase:
            any_number = self._at(_ANY_NUMBER if key == str(numbered.usual) else key for key in phrase)
            any_number.numbered += (sense.name,)

    def _at(self, phrase: Iterable[str]) -> _Node:
        node = self._root = self._own(self._root)
        for key in phrase:
            onward = node.get(key)
            if onward is None:
                onward = node[key] = _Node(self)
            elif onward.owner is not self:
                onward = node[key] = self._own(onward)
            node = onward
        return node

    def _own(self, node: _Node) -> _Node:
        if node.owner is self:
            return node
        own = _Node(self, node.senses, node.numbered)
        own.update(node)
        return own

    def add_gapped(self, pieces: tuple[tuple[Phrase, ...], ...], sense: Sense) -> None:
        """Put in a phrase whose pieces, each said in any of its ways, may have words between them."""
        of = self._numbered.get(sense.name) if isinstance(sense, MetricSense) else None
        if of is not None:
            usual = str(of.usual)
            pieces = tuple(tuple(tuple(_ANY_NUMBER if k == usual else k for k in w) for w in ways) for ways in pieces)
        for key in {way[0] for way in pieces[0]}:
            self._gapped.setdefault(key, []).append(Gapped(pieces, sense))
        self.vocabulary.update(key for piece in pieces for way in piece for key in way)

    def senses(self, phrase: Phrase) -> tuple[Sense, ...]:
        """What a whole phrase means, or nothing."""
        node = self._root
        for key in phrase:
            onward = node.get(key)
            if onward is None:
                return ()
            node = onward
        return node.senses

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Every two keys that stand side by side in a phrase, once all are put in."""
        gapped = (way for each in self._gapped.values() for one in each for ways in one.pieces for way in ways)
        found = {pair for way in gapped for pair in pairwise(way)}
        nodes = [*self._root.items()]
        while nodes:
            key, node = nodes.pop()
            found.update((key, onward) for onward in node)
            nodes.extend(node.items())
        return frozenset(found)

    def hits(self, tokens: tuple[Token, ...]) -> Iterator[Hit]:
        """Every phrase that stands in the tokens, overlapping or not."""
        kept = [index for index, token in enumerate(tokens) if keeps(token)]
        keys = [_keys(tokens[index]) for index in kept]
        for at, first in enumerate(kept):
            nodes = [self._root]
            for ahead in range(at, len(kept)):
                reached = [b for node in nodes for key in keys[ahead] if (b := node.get(key)) is not None]
                passed = nodes if ahead > at and keys[ahead][0] in word_set("determiner") else []
                nodes = [*reached, *passed]
                if not nodes:
                    break
                senses = reached[0].senses if len(reached) == 1 else _of_all(reached)
                named = dict.fromkeys(name for node in reached for name in node.numbered)
                if named:
                    said = [tokens[place].text for place in kept[at : ahead + 1] if tokens[place].kind == "number"]
                    senses = (*senses, *self._with_numbers(named, said))
                if senses:
                    yield Hit(first, kept[ahead] + 1, senses)

    def _with_numbers(self, named: Iterable[str], said: Iterable[str]) -> Iterator[MetricSense]:
        """The metrics with the number that stands in their phrase, where they may have it."""
        numbers = [int(each) for each in said if each.isdecimal()]
        for name in named:
            of = self._numbered[name]
            fit = (each for each in numbers if of.least <= each <= of.most and each != of.usual)
            yield from (MetricSense(f"{name}_{each}") for each in fit)

    def gapped_hits(self, tokens: tuple[Token, ...]) -> Iterator[tuple[Hit, ...]]:
        """Every phrase in pieces that stands in the tokens: one hit for each piece."""
        kept = [index for index, token in enumerate(tokens) if keeps(token)]
        keys = [_keys(tokens[index]) for index in kept]
        places = places_of(keys)
        for at, options in enumerate(keys):
            for key in options:
                for gapped in self._gapped.get(key, ()):
                    found = gapped.find(keys, at, places)
                    said = [tokens[kept[i]] for a, b in found for i in range(a, b)]
                    numbers = [each.text for each in said if each.kind == "number"]
                    if found and (sense := self._numbered_sense(gapped.sense, numbers)) is not None:
                        yield tuple(Hit(kept[a], kept[b - 1] + 1, (sense,)) for a, b in found)

    def _numbered_sense(self, sense: Sense, said: list[str]) -> Sense | None:
        of = self._numbered.get(sense.name) if isinstance(sense, MetricSense) else None
        if of is None or not said or str(of.usual) in said or not isinstance(sense, MetricSense):
            return sense
        return next(self._with_numbers((sense.name,), said), None)


class Extended(Lexicon):
    """A tree with a few more phrases for one question; both stay as they are."""

    def __init__(self, tree: Lexicon, more: Lexicon) -> None:
        super().__init__()
        self._tree, self._more = tree, more
        self.vocabulary = tree.vocabulary

    def senses(self, phrase: Phrase) -> tuple[Sense, ...]:
        return tuple(dict.fromkeys((*self._tree.senses(phrase), *self._more.senses(phrase))))

    def hits(self, tokens: tuple[Token, ...]) -> Iterator[Hit]:
        yield from self._tree.hits(tokens)
        yield from self._more.hits(tokens)

    def gapped_hits(self, tokens: tuple[Token, ...]) -> Iterator[tuple[Hit, ...]]:
        yield from self._tree.gapped_hits(tokens)


def _of_all(nodes: Iterable[_Node]) -> tuple[Sense, ...]:
    return tuple(dict.fromkeys(sense for node in nodes for sense in node.senses))


def _keys(token: Token) -> tuple[str, ...]:
    if token.kind == "number":
        return (token.text, _ANY_NUMBER)
    return (noun_key(token.text), verb_key(token.text)) if token.kind == "word" else (token.text,)


def build_lexicon(model: Model) -> Lexicon:
    """The tree for a model: its words and the languages'."""
    return _built(_Of(model.hash, model)).grown()


@dataclass(frozen=True)
class _Of:
    hash: str
    model: Model = field(compare=False)


@lru_cache(maxsize=_MOST_MODELS)
def _built(of: _Of) -> Lexicon:
    model = of.model
    lexicon = Lexicon(model.numbers)
    for phrase, word in language_words():
        lexicon.add(phrase, word)
        is_told = word.meaning != _WITH_OBJECT  # these are written in all their forms
        if word.role == "filler" and is_told and len(phrase) == 1 and phrase[0].isascii() and len(phrase[0]) > 2:
            lexicon.add((verb_key(phrase[0]),), _INFLECTED)
    named = tuple(model_words(model))
    for text, sense in named:
        add_text(lexicon, text, sense)
    for heads, head in _heads(model):
        lexicon.add(heads, head)
    for text, sense in tuple(more_names(named, lambda phrase: _is_free(phrase, lexicon))):
        add_text(lexicon, text, sense)
    return lexicon


def _is_free(phrase: Phrase, lexicon: Lexicon) -> bool:
    """Whether a phrase means nothing yet; that a verb speaks of money says nothing of what is done."""
    return all(isinstance(each, WordSense) and each.role == "money_verb" for each in lexicon.senses(phrase))


def add_text(lexicon: Lexicon, text: str, sense: Sense) -> None:
    """Put a label or synonym in, in all the forms that it may be met in."""
    if GAP in text:
        pieces = (piece.split(OR) for piece in text.split(GAP) if piece.strip())
        ways = (sorted({lemma_keys(way.strip()) for way in piece}, key=len, reverse=True) for piece in pieces)
        lexicon.add_gapped(tuple(map(tuple, ways)), sense)
        return
    is_verb = isinstance(sense, BehaviourSense)
    phrase = phrase_keys(text)
    if not is_verb or not text.isascii():
        lexicon.add(phrase, sense)
    if (is_verb or len(phrase) > 2) and text.isascii():
        base = lemma_keys(text)
        lexicon.add(base, sense)
        if isinstance(sense, (MetricSense, BehaviourSense)):  # the complaint is no "is a complaint"
            inner = tuple(key for key in base[1:-1] if key[1:] not in word_set("determiner"))
            lexicon.add((*base[:1], *inner, *base[1:][-1:]), sense)


def model_words(model: Model) -> Iterator[tuple[str, Sense]]:
    """What a model names, with all that it says of it: what is named beside it is the thesaurus's."""
    yield from _metric_words(model)
    held = set(versions(model).values())  # their values are said with the words of today's
    for dimension in model.dimensions.values():
        yield from _named(dimension.name, dimension.label, dimension.synonyms, DimensionSense(dimension.name))
        for carrier in dimension.fields if dimension.name not in held else ():
            yield from _value_words(dimension.name, carrier.definition)
    for grain in model.grains.values():
        yield from _named(grain.name, model.group_label(grain.name), grain.synonyms, DimensionSense(grain.name))
    for behaviour in model.behaviours.values():
        for text in _texts(Label(behaviour.label.zh, behaviour.label.en), behaviour.synonyms):
            yield text, BehaviourSense(behaviour.name)
    for each in model.lists.values():
        yield from _named(each.name, Label(each.label.zh, each.label.en), each.synonyms, ListSense(each.name))
    for entity in model.entities.values():
        yield from _named(
            entity.name, Label(entity.label.zh, entity.label.en), entity.synonyms, EntitySense(entity.name)
        )
    for trial in model.trials.values():
        for text in _texts(Label(trial.label.zh, trial.label.en), trial.synonyms):
            yield text, TrialSense(trial.name)
    yield from _field_words(model)


def _metric_words(model: Model) -> Iterator[tuple[str, Sense]]:
    clauses = _clauses_as_names(model)
    for metric in model.metrics.values():
        if metric.definition.hidden:
            continue
        meant = MetricSense(metric.definition.read_as or metric.name)
        for text, sense in _named(metric.name, metric.label, metric.definition.synonyms, meant):
            if (metric.name, text.partition(" who ")[2]) not in clauses:
                yield text, sense


def _field_words(model: Model) -> Iterator[tuple[str, Sense]]:
    for one in model.fields.values():
        if one.definition.role in ("attribute", "fact", "time", "key") and one.definition.label is not None:
            for text in _texts(one.label, one.definition.synonyms):
                yield text, FieldSense(one.qualified)


def order_units() -> tuple[str, ...]:
    """The units that deeds of buying are counted in, where one character says it: 单, 笔."""
    units = (unit for language in languages() for unit in tables(language).get("unit", {}).get("orders", ()))
    return tuple(unit for unit in units if len(unit) == 1 and not unit.isascii())


def _heads(model: Model) -> Iterator[tuple[Phrase, Sense]]:
    """下单 is a deed whose verb may stand apart from its object: 下过3单."""
    units = order_units()
    for behaviour in model.behaviours.values():
        for text in (behaviour.label.zh, *behaviour.synonyms.zh):
            if len(text) == 2 and text[1] in units:
                for verb in (text[0], *(text[0] + particle for particle in word_set("verb_aspect"))):
                    yield tuple(verb), WordSense("deed_head", behaviour.name)


def _clauses_as_names(model: Model) -> frozenset[tuple[str, str]]:
    """Synonyms such as "customers who bought" are read as a clause, which may go on ("… but not this year")."""
    structure = structure_of(model)
    return frozenset(
        (people, text)
        for behaviour in model.behaviours.values()
        if (people := structure.people_of(behaviour.metric)) is not None
        for text in behaviour.synonyms.en
    )


def _named(name: str, label: Label, synonyms: Synonyms, sense: Sense) -> Iterator[tuple[str, Sense]]:
    yield name, sense
    if "_" in name:
        yield name.replace("_", " "), sense
    for text in _texts(label, synonyms):
        yield text, sense


def _texts(label: Label, synonyms: Synonyms) -> Iterable[str]:
    return (label.zh, label.en, *synonyms.zh, *synonyms.en)


def _value_words(dimension: str, definition: FieldDefinition) -> Iterator[tuple[str, Sense]]:
    """The labels of a closed set; a bare code that is no label counts only beside its dimension."""
    for code, words in definition.values.items():
        for text in (*words.zh, *words.en):
            yield text, ValueSense(dimension, code)
        yield str(code), ValueSense(dimension, code, weak=True)
    known = {text for words in definition.values.values() for text in (*words.zh, *words.en)}
    for code, words in definition.values.items():
        for stem in (without_suffix(text) for text in words.zh):
            if stem is not None and stem not in known:
                yield stem, ValueSense(dimension, code, weak=True, short=True)  # 上海、浙江: of provinces 上海市
    for at, stem in _without_shared_head(definition):
        yield stem, ValueSense(dimension, at, weak=True, short=True)


def _without_shared_head(definition: FieldDefinition) -> Iterator[tuple[bool | int | str, str]]:
    """金 of 金卡, 月 of 月付: what is left of values of two characters where those of a closed set share the second."""
    levels = {
        text for language in languages() for words in tables(language).get("level", {}).values() for text in words
    }
    spoken = {code: [text for text in words.zh if len(text) == 2] for code, words in definition.values.items()}
    longer = {text for words in definition.values.values() for text in words.zh}
    heads = {text[1] for texts in spoken.values() for text in texts}
    for head in sorted(heads):
        sharing = [code for code, words in definition.values.items() if any(text.endswith(head) for text in words.zh)]
        if len(sharing) == len(definition.values) > 1:
            stems = ((code, text[0]) for code, texts in spoken.items() for text in texts if text[1] == head)
            yield from ((code, stem) for code, stem in stems if stem not in levels | longer and not stem.isascii())
