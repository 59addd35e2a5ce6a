"""Words that turn a request, and whether it is turned: what the network passes over where the rest is clear.

Few questions of those that it learned from have such words, and what it reads is then likely, and wrong.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.tables import word_set
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Mention, NumberSense

_NAME = re.compile(r"(?<![A-Za-z])[A-Z][A-Z0-9]*(?![A-Za-z])")
_WORD, _HAN, _VOWEL = re.compile("[A-Za-z]{2,}"), re.compile("[\u4e00-\u9fff]"), re.compile("[aeiouy]")
_NOT = re.compile(r"(?<![\w!])!(?=\w)")  # !ordered
_DENYING = frozenset({"not", "none", "never", "neither"})
_DENIED = frozenset({"!=", "not in", "<", "<=", "is null"})


def unsaid(written: Mapping[str, Any], text: str, mentions: Sequence[Mention], structure: Structure) -> int:
    """How many such words of a text a request (plain data) does not hold: not, without a condition that denies; the
    second, which no request tells from the first two; a head, of what is added up; a name that nobody knows; after, of
    two things in the same time; the mean of all, beside which something is."""
    denies = any(not _DENYING.isdisjoint(each.words("negation")) for each in mentions) or _NOT.search(text)
    numbers = (sense for each in mentions for sense in each.senses if isinstance(sense, NumberSense))
    later = any(each.is_ordinal and each.value > 1 for each in numbers)
    names = {*(() if text.isupper() else (each.lower() for each in _NAME.findall(text))), *_no_words(text)}
    unknown = any(each.text in names and not each.senses for each in mentions)
    per_head = any("per_head" in each.words("average") for each in mentions)
    adds_up = per_head and _adds_up(written, structure)
    ordered = any(each.text in word_set("before_or_after") for each in mentions) and _in_one_time(written)
    return (bool(denies) and not _is_denied(written)) + later + adds_up + unknown + ordered + _beside_mean(mentions)


def _beside_mean(mentions: Sequence[Mention]) -> bool:
    """Whether something is compared with the mean of all, which no request does: below average, 高于平均."""
    ordered = sorted(mentions, key=lambda each: each.start)
    return any(
        bool(one.words("prefix")) and bool(other.words("average")) and other.start - one.end <= 1
        for one, other in itertools.pairwise(ordered)
    )


def _in_one_time(written: Mapping[str, Any]) -> bool:
    """Whether two things are to have happened in the same time, and nothing tells which was first."""
    done = [each for each in written.get("filters", ()) if "metric" in each]
    times = [(each["metric"], each.get("period")) for each in done]
    return any(a != b and a[1] == b[1] for a, b in itertools.combinations(times, 2))


def _no_words(text: str) -> set[str]:
    """What is written in letters and is no word of English: among Chinese, or where nobody could speak it (qwx)."""
    among = _HAN.search(text) is not None
    words = {each.lower() for each in _WORD.findall(text)}
    return {each for each in words if not kinds_of(each) and (among or not _VOWEL.search(each))}


def _is_denied(part: object) -> bool:
    """Whether a condition anywhere in a request denies: another than, less than, none."""
    if isinstance(part, Mapping):
        op, values = part.get("op", "="), part.get("values")
        return op in _DENIED or (op == "=" and values == [0]) or any(map(_is_denied, part.values()))
    return isinstance(part, list) and any(map(_is_denied, part))


def _adds_up(written: Mapping[str, Any], structure: Structure) -> bool:
    names = (name for name in written.get("metrics", ()) if name in structure.model.metrics)
    return any(not structure.is_ratio(name) for name in names)


__all__ = ["unsaid"]
