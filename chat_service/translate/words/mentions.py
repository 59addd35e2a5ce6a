"""Folded text -> the mentions that cover it best.

Dates, numbers and phrases compete for the tokens: the cover with the fewest mentions and the least left over wins, so
the longest phrase beats its parts. What nothing covers is a mention without any sense. A stretch that is several
things at once keeps all its senses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from chat_service.language.dates.read import find_dates
from chat_service.language.folding import Folded
from chat_service.language.numbers.hours import find_hours
from chat_service.language.numbers.read import find_numbers
from chat_service.language.tokens import Token, tokenize
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    HoursSense,
    Mention,
    MetricSense,
    NumberSense,
    Sense,
    ValueSense,
    WordSense,
)
from chat_service.translate.words.lexicon import Hit, Lexicon
from chat_service.translate.words.vocabulary import noun_key, verb_key

_UNKNOWN_WORD, _UNKNOWN_HAN, _UNKNOWN_NUMBER, _UNKNOWN_MARK = 24.0, 12.0, 24.0, 0.1
_WEAK = 0.8


@dataclass(frozen=True)
class _Edge:
    first: int
    last: int
    senses: tuple[Sense, ...]
    cost: float


@dataclass(frozen=True)
class Cover:
    """The mentions from left to right, and what they cost: how much of the text is not understood."""

    mentions: tuple[Mention, ...]
    cost: float


def cover(folded: Folded, lexicon: Lexicon, today: date) -> Cover:
    """The best cover of a folded text."""
    tokens = tokenize(folded)
    edges = _edges(folded, tokens, lexicon, today)
    best: list[tuple[float, float, _Edge | None]] = [(0.0, 0.0, None)]
    ending: dict[int, list[_Edge]] = {}
    for edge in edges:
        ending.setdefault(edge.last, []).append(edge)
    for at in range(1, len(tokens) + 1):
        before = best[at - 1]
        unknown = _Edge(at - 1, at, (), _unknown_cost(tokens[at - 1]))
        options = [(before[0] + unknown.cost, before[1], unknown)]
        for edge in ending.get(at, ()):
            start = best[edge.first]
            options.append((start[0] + edge.cost, start[1] - (edge.last - edge.first) ** 2, edge))
        best.append(min(options, key=lambda option: (round(option[0], 6), option[1])))
    chain: list[_Edge] = []
    at = len(tokens)
    while at > 0:
        reached = best[at][2]
        assert reached is not None, "every position but the first is reached by an edge"
        chain.append(reached)
        at = reached.first
    chain = _compounds(_locked(chain[::-1], tuple(lexicon.gapped_hits(tokens))), tokens)
    return Cover(_things_apart(tuple(_merged(folded, tokens, chain)), lexicon), best[-1][0])


def _things_apart(mentions: tuple[Mention, ...], lexicon: Lexicon) -> tuple[Mention, ...]:
    """'Which 5 products sold the most': beside 'which' the things are asked for, not the metric 'products sold'."""
    found: list[Mention] = []
    for mention in mentions:
        before = found[-1] if found else None
        first, _, rest = mention.text.partition(" ")
        which = before is not None and ("which" in before.words("question") or _is_count_of_which(found))
        if which and rest and mention.metrics() and mention.text.isascii():
            things = lexicon.senses((noun_key(first),))
            deed = tuple(dict.fromkeys((*lexicon.senses((noun_key(rest),)), *lexicon.senses((verb_key(rest),)))))
            if any(isinstance(s, DimensionSense) for s in things) and any(isinstance(s, BehaviourSense) for s in deed):
                middle = mention.start + len(first)
                found.append(Mention(mention.start, middle, first, things))
                found.append(Mention(middle + 1, mention.end, rest, deed))
                continue
        found.append(mention)
    return tuple(found)


def _is_count_of_which(found: list[Mention]) -> bool:
    return len(found) > 1 and found[-1].number is not None and "which" in found[-2].words("question")


def _locked(chain: list[_Edge], gapped: tuple[tuple[Hit, ...], ...]) -> list[_Edge]:
    """Where every piece of a phrase with gaps was taken, the pieces mean that phrase and nothing else."""
    spans = {(edge.first, edge.last) for edge in chain}
    whole = [pieces for pieces in gapped if all((piece.first, piece.last) in spans for piece in pieces)]
    meaning = {(piece.first, piece.last): piece.senses for pieces in whole for piece in pieces}
    return [
        _Edge(edge.first, edge.last, meaning.get((edge.first, edge.last), edge.senses), edge.cost) for edge in chain
    ]


def _compounds(chain: list[_Edge], tokens: tuple[Token, ...]) -> list[_Edge]:
    """'Same-store', 'pre-owned': a compound with a hyphen that says nothing with one of its halves is not understood.

    Only an asker who writes the halves apart means the one alone.
    """
    lost: set[int] = set()
    for index, edge in enumerate(chain[1:-1], 1):
        before, after = chain[index - 1], chain[index + 1]
        is_hyphen = edge.last - edge.first == 1 and tokens[edge.first].kind == "joiner" and not edge.senses
        words = tokens[before.last - 1].kind == "word" and tokens[after.first].kind == "word"
        if is_hyphen and words and (_only_filler(before) or _only_filler(after)):
            lost.update((index - 1, index, index + 1))
    return [_Edge(e.first, e.last, (), e.cost) if i in lost else e for i, e in enumerate(chain)]


def _only_filler(edge: _Edge) -> bool:
    return bool(edge.senses) and all(isinstance(s, WordSense) and s.role == "filler" for s in edge.senses)


def _edges(folded: Folded, tokens: tuple[Token, ...], lexicon: Lexicon, today: date) -> Iterable[_Edge]:
    starts = {token.fstart: index for index, token in enumerate(tokens)}
    ends = {token.fend: index + 1 for index, token in enumerate(tokens)}
    found: dict[tuple[int, int], list[Sense]] = {}
    for hit in (h for h in lexicon.hits(tokens) if not _is_noun(tokens[h.first].text, h.senses, lexicon)):
        found.setdefault((hit.first, hit.last), []).extend(hit.senses)
    for fstart, fend, sense in _reckoned(folded, today):
        if fstart in starts and fend in ends:
            found.setdefault((starts[fstart], ends[fend]), []).insert(0, sense)
    for pieces in lexicon.gapped_hits(tokens):
        for piece in pieces:
            found.setdefault((piece.first, piece.last), []).extend(piece.senses)
    for (first, last), senses in found.items():
        kept = tuple(dict.fromkeys(senses))
        if len(kept) > 1:  # "calculated" is a word of its own, not just a form of one without meaning
            kept = tuple(s for s in kept if not (isinstance(s, WordSense) and s.meaning == "inflected"))
        yield _Edge(first, last, kept, _cost(tokens, first, last, senses))


def _reckoned(folded: Folded, today: date) -> Iterator[tuple[int, int, Sense]]:
    """What is read by a grammar of its own: numbers, dates, times of the day."""
    for number in find_numbers(folded):
        yield number.fstart, number.fend, NumberSense(number.value, number.unit, number.is_ordinal, number.upto)
    for mention in find_dates(folded, today):
        yield mention.fstart, mention.fend, mention
    for hours in find_hours(folded):
        yield hours.fstart, hours.fend, HoursSense(hours.hours)


def _is_noun(word: str, senses: tuple[Sense, ...], lexicon: Lexicon) -> bool:
    """'Orders by region' names what is counted: the plural is not the verb of 'order by'."""
    verb = all(isinstance(sense, WordSense) and sense.meaning == "ranked" for sense in senses)
    singular = noun_key(word)
    return verb and singular != word and any(isinstance(s, MetricSense) for s in lexicon.senses((singular,)))


def _cost(tokens: tuple[Token, ...], first: int, last: int, senses: list[Sense]) -> float:
    if all(token.kind == "punctuation" for token in tokens[first:last]):
        return 0.05
    only_weak = all(isinstance(sense, ValueSense) and sense.weak for sense in senses)
    only_filler = all(isinstance(sense, WordSense) and sense.role == "filler" for sense in senses)
    only_words = all(isinstance(sense, WordSense) for sense in senses)
    return (1.02 if only_words else 0.9) + (_WEAK if only_weak else 0.0) + (0.05 if only_filler else 0.0)


def _unknown_cost(token: Token) -> float:
    if token.kind in ("joiner", "ending"):
        return 0.0
    if token.kind == "punctuation":
        return _UNKNOWN_MARK
    if token.kind == "han":
        return _UNKNOWN_HAN
    return _UNKNOWN_NUMBER if token.kind == "number" else _UNKNOWN_WORD


def _merged(folded: Folded, tokens: tuple[Token, ...], chain: list[_Edge]) -> list[Mention]:
    """Mentions of a chain: neighbours that nothing covers are one, marks mean nothing."""
    found: list[Mention] = []
    for edge in chain:
        part = tokens[edge.first : edge.last]
        start, end = part[0].fstart, part[-1].fend
        senses = edge.senses
        if not senses and all(t.kind in ("joiner", "ending", "punctuation") or not t.text.strip() for t in part):
            senses = (WordSense("filler", "mark"),)
        last = found[-1] if found else None
        if not senses and last is not None and not last.senses and folded.text[last.end : start].strip() == "":
            found[-1] = Mention(last.start, end, folded.text[last.start : end], ())
        else:
            found.append(Mention(start, end, folded.text[start:end], senses))
    return found
