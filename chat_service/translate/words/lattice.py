"""Folded text -> the leaves of a chart: every sense of every stretch.

Names of the model, numbers, dates, words of the language, words without meaning, and each token as something unknown.
Which of them are meant is nobody's business here: a stretch that is several things is several leaves.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from chat_service.language.dates.read import find_dates
from chat_service.language.folding import Folded, fold
from chat_service.language.grammar.ranking import coverings
from chat_service.language.grammar.rule import EMPTY, Edge, Piece
from chat_service.language.numbers.hours import find_hours
from chat_service.language.numbers.read import find_numbers
from chat_service.language.tokens import Token, tokenize
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import (
    Ask,
    BehaviourSense,
    DimensionSense,
    EntitySense,
    FieldSense,
    HoursSense,
    ListSense,
    Mention,
    MetricSense,
    Names,
    NumberSense,
    Sense,
    TrialSense,
    Values,
    ValueSense,
    When,
    Word,
    WordSense,
)
from chat_service.translate.words.beside import by_place
from chat_service.translate.words.lexicon import Hit, Lexicon
from chat_service.translate.words.vocabulary import noun_key

UNKNOWN = "unknown"
_NAME, _WORD, _WEAK_VALUE, _NUMBER, _DATE = 1.0, 1.04, 1.9, 1.0, 0.9
_MARK, _JOINER, _LINK = 0.06, 0.02, 1.5
_YEAR_AS_NUMBER = 0.6  # 'the 2025 orders' are those of a year
# words that may say nothing, by class: the closed class of function words is the cheapest, what would restrict dear
_FUNCTION = {
    "function": 1.2,
    "phrase": 1.2,
    "occasion": 1.3,
    "light": 1.25,
    "pronoun": 1.25,
    "quantifier": 1.25,
    "counter": 1.25,
    "identity": 1.3,
}
_DEAR = 1.6
# a name of the model, or a word that operates, is not lightly read as saying nothing
_NOT_EMPTY, _OPERATING = 0.6, 0.2
_UNKNOWN_WORD, _UNKNOWN_HAN = 24.0, 12.0
_SHORT_VALUE = 2 * _UNKNOWN_HAN  # alone it is not understood
_LONGER = 0.004
_PARTED = 3  # tokens on either side of a value within a name
_FURTHER_PIECE = 0.7  # the pieces of a name bear each other out
# "orders" names what is counted before it is a verb; a metric or a population is meant before a value or a field of
# the same name, and a word for shares before a metric
_VERB_OF_NOUN, _SECOND, _LONG_SHARE = 1.0, 0.3, 6
_COHORT = WordSense("intent", "cohort")
_RECKONED = frozenset({"change", "share", "cumulative", "date.comparison", "subtotals"})
_ASKING = frozenset({("intent", "count"), ("intent", "list")})
_Named = MetricSense | DimensionSense | BehaviourSense | ListSense | EntitySense | TrialSense
_NAMES: tuple[tuple[type[_Named], str], ...] = (
    (MetricSense, "metric"),
    (DimensionSense, "dimension"),
    (BehaviourSense, "behaviour"),
    (ListSense, "list"),
    (EntitySense, "entity"),
    (TrialSense, "trial"),
)


@dataclass(frozen=True)
class Lattice:
    """The tokens of a text and its leaves, with the phrases that these were made of."""

    folded: Folded
    tokens: tuple[Token, ...]
    leaves: tuple[Edge, ...]
    hits: tuple[Hit, ...]

    def text(self, start: int, end: int) -> str:
        """The folded text of tokens."""
        return self.folded.text[self.tokens[start].fstart : self.tokens[end - 1].fend] if start < end else ""

    def typed(self, start: int, end: int) -> str:
        """What was typed for tokens."""
        return self.folded.typed(self.tokens[start].fstart, self.tokens[end - 1].fend) if start < end else ""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Tokens as offsets into the text as typed."""
        return self.folded.span(self.tokens[start].fstart, self.tokens[end - 1].fend)


def lattice(folded: Folded, lexicon: Lexicon, today: date) -> Lattice:
    """All that a text can be read as, spelling as it is."""
    tokens = tokenize(folded)
    hits = tuple(lexicon.hits(tokens))
    leaves = [*_phrases(folded, tokens, hits, lexicon), *_reckoned(folded, tokens, today), *_rest(tokens)]
    leaves = [leaf for leaf in leaves if "grain_prefix" not in leaf.keys or _leads_measure(leaf, leaves, tokens)]
    numbers = {leaf.start for leaf in leaves if leaf.category == "number"}
    leaves = [_led_in(leaf, leaves, tokens) for leaf in leaves if not _is_bare_copula(leaf, numbers)]
    leaves = [placed for leaf in leaves if (placed := by_place(leaf, leaves, tokens)) is not None]
    leaves.extend(_parted(tokens, leaves, lexicon))
    return Lattice(folded, tokens, tuple(leaves), hits)


def _is_bare_copula(leaf: Edge, numbers: set[int]) -> bool:
    """订单数为0: 'is' compares where a number follows, and nowhere else."""
    copula = isinstance(leaf.meaning, Word) and leaf.meaning.text in word_set("is_so_many")
    return copula and leaf.category == "prefix.eq" and leaf.end not in numbers


def _led_in(leaf: Edge, leaves: list[Edge], tokens: tuple[Token, ...]) -> Edge:
    """Including the percentage change: what is reckoned beside a number is only led in, and nothing is counted in."""
    if "inclusion" not in leaf.keys:
        return leaf
    at = leaf.end + (leaf.end < len(tokens) and tokens[leaf.end].text in word_set("determiner"))
    behind = {key for other in leaves if other.start == at for key in other.keys}
    return replace(leaf, category=f"{EMPTY}.phrase.link") if behind & _RECKONED else leaf


def _parted(tokens: tuple[Token, ...], leaves: list[Edge], lexicon: Lexicon) -> Iterator[Edge]:
    """Active annual subscriptions, 有效年度订阅数: a value within a metric's name leaves the name in two pieces."""
    asks = {leaf.start for leaf in leaves if leaf.category == "ask"}  # headcount of silver members
    for leaf in (leaf for leaf in leaves if leaf.category == "value"):
        for first in set(range(max(0, leaf.start - _PARTED), leaf.start)) - asks:
            for last in range(leaf.end + 1, min(len(tokens), leaf.end + _PARTED) + 1):
                words = [noun_key(t.text) for t in (*tokens[first : leaf.start], *tokens[leaf.end : last])]
                for sense in lexicon.senses(tuple(words)):
                    if isinstance(sense, MetricSense) and (tokens[first].kind != "han" or len(words) > _PARTED):
                        starts = (first, leaf.end)
                        yield Edge(first, leaf.start, "piece", Piece(sense.name, 0, starts), _NAME)
                        yield Edge(leaf.end, last, "piece", Piece(sense.name, 1, starts), _FURTHER_PIECE)


def _leads_measure(unit: Edge, leaves: list[Edge], tokens: tuple[Token, ...]) -> bool:
    """周单量, 小程序周单量, but not 会员日订单: a measure follows, no noun of the unit stands before."""
    beside = [leaf for leaf in leaves if leaf.end == unit.start]
    led = any(leaf.category in ("value", "group", "function.function.particle") for leaf in beside)
    apart = unit.start == 0 or tokens[unit.start - 1].kind != "han" or any("date" in leaf.keys for leaf in beside)
    return (led or apart) and any(leaf.category == "metric" and leaf.start == unit.end for leaf in leaves)


def mentions(text: Lattice) -> tuple[Mention, ...]:
    """The cheapest row of stretches from end to end, each with all that it can mean."""
    senses: dict[tuple[int, int], list[Sense]] = {}
    for hit in text.hits:
        senses.setdefault((hit.first, hit.last), []).extend(hit.senses)
    for leaf in text.leaves:
        if isinstance(leaf.meaning, When):
            senses.setdefault((leaf.start, leaf.end), []).insert(0, leaf.meaning.date)
        elif isinstance(leaf.meaning, NumberSense | HoursSense):
            senses.setdefault((leaf.start, leaf.end), []).insert(0, leaf.meaning)
        elif isinstance(leaf.meaning, Piece):
            senses.setdefault((leaf.start, leaf.end), []).append(MetricSense(leaf.meaning.name))
    found = []
    for edge in coverings(text.leaves, len(text.tokens), 1)[0].edges:
        start, end = text.tokens[edge.start].fstart, text.tokens[edge.end - 1].fend
        meant = tuple(dict.fromkeys(senses.get((edge.start, edge.end), ())))
        if not meant and edge.is_empty:
            meant = (WordSense("filler", "function.mark"),)
        found.append(Mention(start, end, text.folded.text[start:end], meant))
    return tuple(found)


def as_typed(found: Sequence[Mention], read_: Folded) -> tuple[Mention, ...]:
    """Mentions of a text that was read with words put in (北上广 as three cities), placed in the text as typed."""
    typed = fold(read_.original)
    if typed.text == read_.text:
        return tuple(found)
    spans = (read_.span(each.start, each.end) for each in found)
    places = ((bisect_right(typed.ends, first), bisect_left(typed.starts, last)) for first, last in spans)
    return tuple(replace(each, start=start, end=end) for each, (start, end) in zip(found, places, strict=True))


def _phrases(folded: Folded, tokens: tuple[Token, ...], hits: tuple[Hit, ...], lexicon: Lexicon) -> Iterator[Edge]:
    joined = {i for i, token in enumerate(tokens) if token.kind == "joiner"}
    for hit in hits:
        if _is_noun(hit, tokens, lexicon):
            continue
        if hit.last == hit.first + 1 and _names_one_of_several(hit.first, folded, tokens):
            continue
        if _crosses(hit, tokens):
            continue
        text = folded.text[tokens[hit.first].fstart : tokens[hit.last - 1].fend]
        half = hit.last - 1 in joined or hit.first - 1 in joined or hit.last in joined
        senses = _by_place(hit, tokens) if text in word_set("asks_at_end") else hit.senses
        yield from phrase_leaves(hit.first, hit.last, text, senses, half=half)
    for pieces in lexicon.gapped_hits(tokens):
        sense = pieces[0].senses[0]
        if isinstance(sense, MetricSense | ValueSense):
            name = sense.name if isinstance(sense, MetricSense) else f"{sense.dimension}={sense.value}"
            starts = tuple(piece.first for piece in pieces)
            for number, piece in enumerate(pieces):
                longer = _LONGER * (piece.last - piece.first) ** 2
                cost = _NAME if number == 0 else _FURTHER_PIECE
                yield Edge(piece.first, piece.last, "piece", Piece(name, number, starts), cost - longer)


def _crosses(hit: Hit, tokens: tuple[Token, ...]) -> bool:
    """拉新多少 花费多少: a space between characters ends a phrase."""
    within = pairwise(tokens[hit.first : hit.last])
    return any(one.kind == other.kind == "han" and one.end < other.start for one, other in within)


def _names_one_of_several(at: int, folded: Folded, tokens: tuple[Token, ...]) -> bool:
    """竞品A, plan B: a capital letter within a sentence is no article."""
    token, before = tokens[at], tokens[at - 1]
    if at == 0 or token.kind == "han" or before.kind == "punctuation":
        return False
    if folded.original.isascii() and folded.original.isupper():
        return False
    typed, others = folded.typed(token.fstart, token.fend), folded.typed(before.fstart, before.fend)
    in_title = others.isascii() and others[:1].isupper()
    return len(typed) == 1 and typed.isupper() and not in_title and token.text not in word_set("always_capital")


def _by_place(hit: Hit, tokens: tuple[Token, ...]) -> tuple[Sense, ...]:
    """复购率为何, 人数若干 at the end of a clause ask what and how many; elsewhere why, and some."""
    opens = hit.first == 0 or tokens[hit.first - 1].kind == "punctuation"
    ends = hit.last == len(tokens) or tokens[hit.last].kind in ("punctuation", "ending")
    asks = {WordSense("filler", "phrase.question"), WordSense("question", "how_many")}
    return tuple(sense for sense in hit.senses if (sense in asks) == (ends and not opens))


def _is_noun(hit: Hit, tokens: tuple[Token, ...], lexicon: Lexicon) -> bool:
    """'Orders by region' names what is counted: the plural is not the verb of 'order by'."""
    if not all(isinstance(sense, WordSense) and sense.role == "rank" for sense in hit.senses):
        return False
    words = (tokens[hit.first].text, tokens[hit.last - 1].text)
    nouns = (singular for word in words if (singular := noun_key(word)) != word)
    return any(isinstance(sense, MetricSense) for noun in nouns for sense in lexicon.senses((noun,)))


def phrase_leaves(
    first: int, last: int, text: str, senses: tuple[Sense, ...], *, half: bool = False, extra: float = 0.0
) -> Iterator[Edge]:
    """The leaves of one phrase, one for each kind of sense. `half`: it is a part of a compound with a hyphen."""
    better = _LONGER * min(last - first, 8) ** 2 - extra
    kinds = {type(sense) for sense in senses}
    named = kinds != {WordSense}
    if named:
        yield from _name_leaves(first, last, text, senses, better)
    yield from _word_leaves(first, last, text, senses, better, half=half, named=named)


def _name_leaves(first: int, last: int, text: str, senses: tuple[Sense, ...], better: float) -> Iterator[Edge]:
    """The leaves of a phrase as names of the model."""
    kinds = {type(sense) for sense in senses}
    shared = any(isinstance(s, WordSense) and s.role == "share" for s in senses) and len(text) < _LONG_SHARE
    for kind, category in _NAMES:
        names = tuple(dict.fromkeys(s.name for s in senses if isinstance(s, kind)))
        if names:
            dearer = _SECOND if shared or (kind is DimensionSense and _COHORT in senses) else 0.0
            dearer += _VERB_OF_NOUN if MetricSense in kinds and kind is BehaviourSense else 0.0
            yield Edge(first, last, category, Names(names, text), _NAME + dearer - better)
    fields = tuple(dict.fromkeys(s.field for s in senses if isinstance(s, FieldSense)))
    if fields:
        yield Edge(
            first,
            last,
            "field",
            Names(fields, text),
            _NAME + _SECOND * bool(kinds & {MetricSense, BehaviourSense}) - better,
        )
    strong = tuple(dict.fromkeys(s for s in senses if isinstance(s, ValueSense) and not s.weak))
    weak = tuple(dict.fromkeys(s for s in senses if isinstance(s, ValueSense) and s.weak and not s.short))
    short = tuple(dict.fromkeys(s for s in senses if isinstance(s, ValueSense) and s.short))
    if strong:
        dearer = _SECOND if shared or kinds & {MetricSense, ListSense, BehaviourSense} else 0.0
        yield Edge(first, last, "value", Values((strong,), text), _NAME + dearer - better)
    if weak and not strong:
        yield Edge(first, last, "weak_value", Values((weak,), text), _WEAK_VALUE - better)
    if short and not {s.dimension for s in short} & {s.dimension for s in strong}:
        yield Edge(first, last, "short_value", Values((short,), text), _SHORT_VALUE + (_SECOND if strong else 0.0))


def _word_leaves(
    first: int, last: int, text: str, senses: tuple[Sense, ...], better: float, *, half: bool, named: bool
) -> Iterator[Edge]:
    """The leaves of a phrase as a word of the language. `named`: it is a name of the model as well."""
    words = [s for s in senses if isinstance(s, WordSense)]
    for role, category in (("unit", "unit"), ("question", "ask")):
        meant = tuple(dict.fromkeys(s.meaning for s in words if _role(s) == role))
        if meant and not (role == "question" and any(s.role == "kind_of" for s in words)):
            yield Edge(first, last, category, Ask(meant, text), _WORD - better)
    for sense in words:
        if sense.role == "filler":
            if not half and not any(_operates(each, text) for each in words):
                group = sense.meaning.partition(".")[0]
                dearer = _NOT_EMPTY if named else 0.0
                dearer += _OPERATING if any(each.role != "filler" for each in words) else 0.0
                cost = _FUNCTION.get(group, _DEAR) + dearer - better
                yield Edge(first, last, f"{EMPTY}.{sense.meaning}", text, cost)
        elif _role(sense) not in ("question", "unit") and not (sense.role == "connective" and text in word_set("both")):
            category = f"{sense.role}.{sense.meaning}"
            ranks = sense.role == "prefix" and any(each.role == "rank" for each in words)
            cost = _WORD + (_SECOND if ranks else 0.0) - better
            yield Edge(first, last, category, Word(sense.role, sense.meaning, text), cost)


def _operates(sense: WordSense, text: str) -> bool:
    """Whether a word joins, denies or restricts: then it is never a word without meaning."""
    if sense.role == "connective":
        return text not in word_set("goes_on_with") and text not in word_set("both")
    return sense.role in ("negation", "exclusion", "only", "rate")


def _role(sense: WordSense) -> str:
    """The role of a word; all words that ask for a quantity or a thing are one kind of leaf, as all units are."""
    if sense.role in ("question", "quantity") or (sense.role, sense.meaning) in _ASKING:
        return "question"
    return sense.role


def _reckoned(folded: Folded, tokens: tuple[Token, ...], today: date) -> Iterator[Edge]:
    """What is read by a grammar of its own: numbers, dates, times of the day."""
    starts = {token.fstart: index for index, token in enumerate(tokens)}
    ends = {token.fend: index + 1 for index, token in enumerate(tokens)}
    numbers = find_numbers(folded)
    dates = find_dates(folded, today, numbers=numbers)
    for number in numbers:
        if number.fstart in starts and number.fend in ends:
            sense = NumberSense(number.value, number.unit, number.is_ordinal, number.upto)
            year = any((each.fstart, each.fend) == (number.fstart, number.fend) for each in dates)
            cost = _NUMBER + (_YEAR_AS_NUMBER if year else 0.0)
            yield Edge(starts[number.fstart], ends[number.fend], "number", sense, cost)
    for found in dates:
        if found.fstart in starts and found.fend in ends:
            first, last = starts[found.fstart], ends[found.fend]
            cost = _DATE - _LONGER * min(last - first, 8) ** 2
            yield Edge(first, last, f"date.{found.kind}", When(found), cost)
            if first and last - first > 2 and tokens[first].text in word_set("time_opener"):
                yield Edge(first + 1, last, f"date.{found.kind}", When(found), cost)  # cashed in last quarter
    for hours in find_hours(folded):
        if hours.fstart in starts and hours.fend in ends:
            yield Edge(starts[hours.fstart], ends[hours.fend], "hours", HoursSense(hours.hours), _NUMBER)


def _rest(tokens: tuple[Token, ...]) -> Iterator[Edge]:
    """Marks, and every token as something that is not understood."""
    for at, token in enumerate(tokens):
        if at and tokens[at - 1].kind == "joiner" and token.text in word_set("behind_hyphen"):
            yield Edge(at, at + 1, f"{EMPTY}.light.bring", token.text, _FUNCTION["light"])
        if token.kind in ("joiner", "ending"):
            yield Edge(at, at + 1, EMPTY, token.text, _JOINER)
        elif token.kind == "punctuation":
            if token.text in "、;+&":
                continue  # these always join
            if token.text in "<>≥≤" or (token.text == "=" and at and tokens[at - 1].text in "<>"):
                yield Edge(at, at + 1, UNKNOWN, token.text, _UNKNOWN_HAN)  # these always compare
                continue
            cost = _LINK if token.text == "," else _MARK
            yield Edge(at, at + 1, EMPTY, token.text, cost)
        else:
            cost = _UNKNOWN_HAN if token.kind == "han" else _UNKNOWN_WORD
            yield Edge(at, at + 1, UNKNOWN, token.text, cost)
