"""Repairs words that nothing covers: slips of English spelling, chat abbreviations, Chinese that sounds alike.

A repair is taken only where it lets the text be covered better, and it is always reported. Two repairs that are equally
good and mean different things are no repair.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from chat_service.language.dates.mention import DateMention
from chat_service.language.folding import Folded
from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import EntitySense, Mention, MetricSense, ValueSense, WordSense
from chat_service.translate.words.lexicon import Lexicon
from chat_service.translate.words.mentions import Cover, cover
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.values import ValueIndex
from chat_service.translate.words.vocabulary import abbreviations, homophones, known_words, noun_key

_MOST_REPAIRS = 4


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

    def repair(self, folded: Folded, found: Cover, scope: Scope) -> tuple[Folded, Cover, tuple[Correction, ...]]:
        """The text with its unknown words repaired as far as they can be, its cover, and what was changed."""
        corrections: list[Correction] = []
        for _ in range(_MOST_REPAIRS):
            unknown = [mention for mention in found.mentions if not mention.senses]
            best = next(
                (step for mention in unknown if (step := self._step(folded, found, mention, scope)) is not None), None
            )
            if best is None:
                break
            folded, found, correction = best
            corrections.append(correction)
        return folded, found, tuple(corrections)

    def _step(
        self, folded: Folded, found: Cover, unknown: Mention, scope: Scope
    ) -> tuple[Folded, Cover, Correction] | None:
        tries = self._english(unknown) if unknown.text.isascii() else self._chinese(folded, unknown)
        options: list[tuple[float, Folded, Cover, Correction]] = []
        for start, end, text, penalty in tries:
            changed = replaced(folded, start, end, text)
            again = cover(changed, scope.lexicon, scope.today)
            sensible = penalty < 0 or _means_something(again, start, start + len(text), unknown)
            if again.cost < found.cost - 5 and sensible:
                options.append((again.cost + penalty, changed, again, Correction(folded.typed(start, end), text)))
        if not options:
            return None
        options.sort(key=lambda option: option[0])
        best = options[0]
        rivals = [
            o
            for o in options[1:]
            if o[0] <= best[0] + 0.01 and (o[3].typed == best[3].typed or not unknown.text.isascii())
        ]
        if any(_content(option[2]) != _content(best[2]) for option in rivals):
            return None
        return best[1], best[2], best[3]

    # --- English ---

    def _english(self, unknown: Mention) -> list[tuple[int, int, str, float]]:
        word = unknown.text
        if not word.isalpha():
            return self._parts(unknown)
        if word in known_words() or kinds_of(word):
            return []
        if word in abbreviations():
            return [(unknown.start, unknown.end, abbreviations()[word], -0.1)]
        values = list(self._index.sounding(word)) if len(word) >= 4 else []
        sounding = [(unknown.start, unknown.end, str(sense.value), 0.0) for sense in values]
        if len(word) < 4:
            return sounding
        most = 1 if len(word) < 6 else 2
        near = process.extract(
            word, self._english_words, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=8
        )
        close = [
            (unknown.start, unknown.end, text, _penalty(word, text, distance))
            for text, distance, _ in near
            if text[0] == word[0] or distance == 1
        ]
        plural = [
            (unknown.start, unknown.end, f"{text}s", _penalty(word, f"{text}s", distance))
            for text, distance, _ in (
                process.extract(
                    word[:-1], self._english_words, scorer=DamerauLevenshtein.distance, score_cutoff=1, limit=8
                )
                if word.endswith("s") and len(word) > 4
                else ()
            )
        ]
        return sounding or [*close, *plural, *self._run_together(unknown)]

    def _run_together(self, unknown: Mention) -> list[tuple[int, int, str, float]]:
        """'goldmembers', 'webrevenue', 'lastmonth': a value with what it describes, or a period, without the space."""
        word = unknown.text
        tries = []
        for at in range(3, len(word) - 2):
            first, second = word[:at], word[at:]
            described = any(isinstance(s, ValueSense) and not s.weak for s in self._lexicon.senses((noun_key(first),)))
            named = any(isinstance(s, EntitySense | MetricSense) for s in self._lexicon.senses((noun_key(second),)))
            dated = first in word_set("date_opener") and second in word_set("date_word")
            if (described and named) or dated:
                tries.append((unknown.start, unknown.end, f"{first} {second}", 0.5))
        return tries

    def _parts(self, unknown: Mention) -> list[tuple[int, int, str, float]]:
        """Several unknown words in a row are tried one by one."""
        tries: list[tuple[int, int, str, float]] = []
        at = unknown.start
        for word in unknown.text.split(" "):
            if word.isalpha() and word != unknown.text:
                tries.extend(self._english(Mention(at, at + len(word), word, ())))
            at += len(word) + 1
        return tries

    @cached_property
    def _english_words(self) -> tuple[str, ...]:
        words = {key.removeprefix("~") for key in self._lexicon.vocabulary if key.removeprefix("~").isascii()}
        return tuple(sorted(word for word in words if len(word) >= 4 and word.isalpha())) + tuple(
            w for w in sorted(word_set("date_word")) if w not in words
        )

    # --- Chinese ---

    def _chinese(self, folded: Folded, unknown: Mention) -> list[tuple[int, int, str, float]]:
        """One character replaced by one that sounds the same, in the unknown stretch or right beside it."""
        tries: list[tuple[int, int, str, float]] = []
        if len(unknown.text) > 1 and kinds_of(unknown.text):
            return tries
        for at in range(max(0, unknown.start - 1), min(len(folded.text), unknown.end + 1)):
            character = folded.text[at]
            if not "\u4e00" <= character <= "\u9fff" or (character == "个" and folded.text[at - 1 : at].isalnum()):
                continue
            beside = 0.0 if unknown.start <= at < unknown.end else 0.1
            for sound in self._sounds_of(character):
                usual = homophones().get(character, ())
                tries.extend(
                    (at, at + 1, other, -0.1 if other in usual else beside)
                    for other in self._by_sound.get(sound, ())
                    if other != character
                )
            tries.extend((at, at + 1, other, -0.1) for other in homophones().get(character, ()))
        return tries

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


def _means_something(found: Cover, start: int, end: int, unknown: Mention) -> bool:
    """Whether what a stretch was read as carries meaning: no word may vanish into a filler by repair.

    A Chinese word of two characters is too short to be known by one of them, but for a unit of time as it was typed:
    没月 is 每月, 分期 is not 分季.
    """
    for mention in found.mentions:
        if mention.start < end and start < mention.end:
            unit_typed = not unknown.start <= start < unknown.end
            grain = unit_typed and any(isinstance(s, DateMention) and s.kind == "grain" for s in mention.senses)
            long_enough = mention.text.isascii() or len(mention.text) > 2 or grain
            return bool(mention.senses) and not mention.is_filler and long_enough
    return False


def _content(found: Cover) -> tuple[tuple[object, ...], ...]:
    """What a cover says, without its words that mean nothing."""
    return tuple(
        tuple(
            str(s) if isinstance(s, DateMention) else s for s in m.senses if not (isinstance(s, ValueSense) and s.weak)
        )
        for m in found.mentions
        if not any(isinstance(s, WordSense) and s.role == "filler" for s in m.senses)
    )


def replaced(folded: Folded, start: int, end: int, text: str) -> Folded:
    """The folded text with a stretch read as something else; the way back stays that of the stretch."""
    left, right = folded.span(start, end)
    return Folded(
        folded.original,
        folded.text[:start] + text + folded.text[end:],
        (*folded.starts[:start], *(left for _ in text), *folded.starts[end:]),
        (*folded.ends[:start], *(right for _ in text), *folded.ends[end:]),
    )
