"""Repairs words that nothing covers: slips of English spelling, chat abbreviations, Chinese that sounds alike.

A repair is taken only where it lets the text be covered better, and it is always reported. Two repairs that are equally
good and mean different things are no repair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from itertools import pairwise

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from chat_service.language.dates.words import by_beginning
from chat_service.language.folding import Folded
from chat_service.language.grammar.ranking import Covering, coverings
from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.tables import word_set
from chat_service.translate.words.lattice import UNKNOWN, Lattice, lattice
from chat_service.translate.words.lexicon import Lexicon
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.values import ValueIndex
from chat_service.translate.words.vocabulary import abbreviations, homophones, known_words

# a text is read again with so many repairs, and so many tokens in all; one with more that is unknown is no slip
_MOST_REPAIRS, _MOST_TRIES, _MOST_UNKNOWN, _MOST_READ = 4, 24, 6, 600
_WORTH = 5.0
_OWN = ("metric", "dimension", "value")  # what a model has

_Try = tuple[int, int, str, float]


@dataclass(frozen=True)
class Correction:
    """Words as typed and as read."""

    typed: str
    read_as: str


class Speller:
    """Repairs for one lexicon. The table of sounds is made when the first unknown Chinese word occurs."""

    def __init__(self, lexicon: Lexicon, index: ValueIndex) -> None:
        self._lexicon = lexicon
        self._index = index

    def repair(self, text: Lattice, scope: Scope) -> tuple[Lattice, tuple[Correction, ...]]:
        """The lattice of the text with its unknown words repaired as far as they can be, and what was changed."""
        corrections: list[Correction] = []
        found = _cheapest(text)
        left = iter(range(_MOST_READ // len(text.tokens)))
        for _ in range(_MOST_REPAIRS if len(_unknown(text, found)) <= _MOST_UNKNOWN else 0):
            steps = (self._step(text, found, stretch, scope, left) for stretch in _unknown(text, found))
            best = next((step for step in steps if step is not None), None)
            if best is None:
                break
            text, found, correction = best
            corrections.append(correction)
        return text, tuple(corrections)

    def _step(
        self, text: Lattice, found: Covering, stretch: tuple[int, int], scope: Scope, left: Iterator[int]
    ) -> tuple[Lattice, Covering, Correction] | None:
        word = text.folded.text[stretch[0] : stretch[1]]
        tries = self._english(stretch[0], word) if word.isascii() else self._chinese(text.folded, stretch)
        options: list[tuple[float, Lattice, Covering, Correction]] = []
        likely = [each for each in tries if word.isascii() or self._stands(text.folded.text, *each)]
        for (start, end, read_as, penalty), _ in zip(likely[:_MOST_TRIES], left, strict=False):
            changed = lattice(replaced(text.folded, start, end, read_as), scope.lexicon, scope.today)
            again = _cheapest(changed)
            sensible = penalty < 0 or _means_something(text, changed, again, (start, start + len(read_as)))
            if again.cost < found.cost - _WORTH and sensible:
                said = Correction(text.folded.typed(start, end), read_as)
                options.append((again.cost + penalty, changed, again, said))
        options.sort(key=lambda option: option[0])
        if not options:
            return None
        best = options[0]
        near = [
            o for o in options[1:] if o[0] <= best[0] + 0.01 and (o[3].typed == best[3].typed or not word.isascii())
        ]
        if any(_content(option[2]) != _content(best[2]) for option in near):
            return None
        return best[1], best[2], best[3]

    # --- English ---

    def _english(self, start: int, word: str) -> list[_Try]:
        end = start + len(word)
        if not word.isalpha():
            return self._parts(start, word)
        if word in abbreviations():
            return [(start, end, abbreviations()[word], -0.1)]
        if word in known_words() or word in self._lexicon.vocabulary or kinds_of(word):
            return []
        values = list(self._index.sounding(word)) if len(word) >= 4 else []
        sounding = [(start, end, str(sense.value), 0.0) for sense in values]
        if len(word) < 4:
            return sounding
        most = 1 if len(word) < 6 else 2
        near = process.extract(
            word, self._english_words, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=8
        )
        close = [
            (start, end, text, _penalty(word, text, distance))
            for text, distance, _ in near
            if (text[0] == word[0] or distance == 1)
            and (len(word) > 4 or sorted(text) == sorted(word) or text[0] == word[0])
        ]
        plural = [
            (start, end, f"{text}s", _penalty(word, f"{text}s", distance))
            for text, distance, _ in (
                process.extract(
                    word[:-1], self._english_words, scorer=DamerauLevenshtein.distance, score_cutoff=1, limit=8
                )
                if word.endswith("s") and len(word) > 4
                else ()
            )
        ]
        return sounding or [*close, *plural]

    def _parts(self, start: int, words: str) -> list[_Try]:
        """Several unknown words in a row are tried one by one."""
        tries: list[_Try] = []
        at = start
        for word in words.split(" "):
            if word.isalpha() and word != words:
                tries.extend(self._english(at, word))
            at += len(word) + 1
        return tries

    @cached_property
    def _english_words(self) -> tuple[str, ...]:
        words = {key.removeprefix("~") for key in self._lexicon.vocabulary if key.removeprefix("~").isascii()}
        return tuple(sorted(word for word in words if len(word) >= 4 and word.isalpha())) + tuple(
            w for w in sorted(word_set("date_word")) if w not in words
        )

    # --- Chinese ---

    def _chinese(self, folded: Folded, stretch: tuple[int, int]) -> list[_Try]:
        """One character replaced by one that sounds the same, in the unknown stretch or right beside it."""
        tries: list[_Try] = []
        first, last = stretch
        beside_it = (folded.text[max(0, first - 1) : last], folded.text[first : last + 1])
        if any(len(word) > 1 and kinds_of(word) for word in (folded.text[first:last], *beside_it)):
            return tries  # a word of the language, if not of the model: 分期 is no slip of 分季
        if kinds_of(folded.text[first:last])[:1] == "v" and folded.text[last : last + 1] in word_set("aspect"):
            return tries  # 接了
        for at in range(max(0, first - 1), min(len(folded.text), last + 1, first + 6)):
            character = folded.text[at]
            if not "\u4e00" <= character <= "\u9fff" or (character == "个" and folded.text[at - 1 : at].isalnum()):
                continue
            beside = 0.0 if first <= at < last else 0.1
            usual = homophones().get(character, ())
            for sound in self._sounds_of(character):
                tries.extend(
                    (at, at + 1, other, -0.1 if other in usual else beside)
                    for other in self._by_sound.get(sound, ())
                    if other != character
                )
            tries.extend((at, at + 1, other, -0.1) for other in usual)
        return sorted(tries, key=lambda each: each[3])

    def _stands(self, text: str, start: int, end: int, read_as: str, penalty: float) -> bool:
        """Whether a character stands in some word beside its neighbour; else no word that it makes can be known."""
        beside = text[max(0, start - 1) : start], text[end : end + 1]
        if penalty < 0 or read_as in word_set("date_character") or any(each.isascii() for each in beside if each):
            return True
        return (beside[0], read_as) in self._pairs or (read_as, beside[1]) in self._pairs

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        dates = (pair for words in by_beginning()[1].values() for each in words for pair in pairwise(each.phrase))
        return self._lexicon.pairs.union(dates)

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        characters = {key for key in self._lexicon.vocabulary if len(key) == 1 and "\u4e00" <= key <= "\u9fff"}
        table: dict[str, list[str]] = defaultdict(list)
        for character in sorted(characters | word_set("date_character")):
            for sound in self._sounds_of(character):
                table[sound].append(character)
        return table

    def _sounds_of(self, character: str) -> tuple[str, ...]:
        pinyin = import_module("pypinyin")
        found: list[list[str]] = pinyin.pinyin(character, style=pinyin.Style.NORMAL, heteronym=True)
        return tuple(found[0]) if found else ()


def _penalty(word: str, text: str, distance: int) -> float:
    """Nearer words first; a swap of two letters, or one left out, is a slip even of a word without meaning."""
    slip = distance == 1 and (sorted(word) == sorted(text) or len(word) != len(text)) and len(word) >= 4
    return distance + 1 - fuzz.ratio(word, text) / 100 if not slip else -fuzz.ratio(word, text) / 100


def _cheapest(text: Lattice) -> Covering:
    """The cheapest row of leaves from end to end."""
    return coverings(text.leaves, len(text.tokens), 1)[0]


def _unknown(text: Lattice, found: Covering) -> list[tuple[int, int]]:
    """The stretches of folded text that nothing explains, neighbours together."""
    stretches: list[tuple[int, int]] = []
    for edge in found.edges:
        if edge.category == UNKNOWN:
            start, end = text.tokens[edge.start].fstart, text.tokens[edge.end - 1].fend
            if stretches and text.folded.text[stretches[-1][1] : start].strip() == "":
                stretches[-1] = (stretches[-1][0], end)
            else:
                stretches.append((start, end))
    return stretches


def _means_something(typed: Lattice, text: Lattice, found: Covering, place: tuple[int, int]) -> bool:
    """Whether what a stretch was read as carries meaning: no word may vanish into one without meaning by repair.

    A Chinese word of two characters is too short to be known by one of them, but for a unit of time, and for what the
    model has where what was typed is no word (销亮).
    """
    for edge in found.edges:
        first, last = text.tokens[edge.start].fstart, text.tokens[edge.end - 1].fend
        if first < place[1] and place[0] < last:
            said = text.folded.text[first:last]
            long_enough = said.isascii() or len(said) > 2 or edge.category == "date.grain"
            is_word = kinds_of(typed.folded.text[first:last]) or said[-1] in word_set("possessive")
            own = len(said) > 1 and edge.category in _OWN and not is_word
            return edge.category != UNKNOWN and not edge.is_empty and (long_enough or own)
    return False


def _content(found: Covering) -> tuple[object, ...]:
    """What a row of leaves says, without its words that mean nothing."""
    return tuple((edge.category, edge.meaning) for edge in found.edges if not edge.is_empty)


def replaced(folded: Folded, start: int, end: int, text: str) -> Folded:
    """The folded text with a stretch read as something else; the way back stays that of the stretch."""
    left, right = folded.span(start, end)
    return Folded(
        folded.original,
        folded.text[:start] + text + folded.text[end:],
        (*folded.starts[:start], *(left for _ in text), *folded.starts[end:]),
        (*folded.ends[:start], *(right for _ in text), *folded.ends[end:]),
    )
