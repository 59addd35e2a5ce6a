"""Texts that nobody asks, up to the limit of a question: numerals and dates in rows, paragraphs of questions, scripts
mixed, words unknown or misspelt. The same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from chat_service.translate.offline import MAX_CHARACTERS

_LENGTHS = (40, 80, 120, 160, 240, 400, 800, MAX_CHARACTERS)
_NUMERALS = (
    "一百",
    "3",
    "十二",
    "1,000",
    "50%",
    "三分之一",
    "two ",
    "a dozen ",
    "2.5",
    "万",
    "千",
    "hundred",
    "twenty ",
)
_DATES = ("2025年3月", "上个月", "last month ", "from May to June ", "Q1 ", "3月5日", "今年以来", "2026-06-01 ", "周一")
_NAMES = (
    "上海",
    "金卡",
    "gold",
    "美妆",
    "female",
    "销售额",
    "revenue",
    "NPS",
    "复购率",
    "orders",
    "没买过",
    "who bought",
)
_MARKS = ("。", ", ", "，", " ", "", "? ", "\n", "、", "和", " and ", "但")
_SCRIPTS = ((0x20, 0x7E), (0x4E00, 0x9FFF), (0xFF01, 0xFFEE), (0x3000, 0x303F), (0x1F300, 0x1F600), (0x600, 0x6FF))


def odd_texts(questions: Sequence[str], count: int, seed: int = 7) -> Iterator[str]:
    """So many texts, each kind as often; `questions` are real ones to be glued and cut."""
    draw = random.Random(seed)  # noqa: S311
    words, characters = " ".join(questions).split(), "".join(questions)
    pools = (_NUMERALS, _DATES, _NAMES, (*_DATES, *_NAMES), words, characters, questions)
    kinds: list[Callable[[], str]] = [
        *(partial(_joined, draw, pool, mark) for pool in pools for mark in (True, False)),
        *(partial(_repeated, draw, pool) for pool in pools),
        lambda: "".join(chr(draw.randint(*draw.choice(_SCRIPTS))) for _ in range(MAX_CHARACTERS)),
        lambda: " ".join(_slip(draw, draw.choice(words)) for _ in range(MAX_CHARACTERS // 4)),
        lambda: draw.choice(questions) + " ".join(draw.choice(_DATES) for _ in range(draw.randint(5, 60))),
    ]
    for number in range(count):
        yield kinds[number % len(kinds)]()[: draw.choice(_LENGTHS)]


def _joined(draw: random.Random, pool: Sequence[str], marked: bool) -> str:
    mark = draw.choice(_MARKS) if marked else ""
    return mark.join(draw.choice(pool) for _ in range(MAX_CHARACTERS))[:MAX_CHARACTERS]


def _repeated(draw: random.Random, pool: Sequence[str]) -> str:
    return (draw.choice(pool) + draw.choice(_MARKS)) * MAX_CHARACTERS


def _slip(draw: random.Random, word: str) -> str:
    at = draw.randrange(len(word))
    return word[:at] + draw.choice("aeiou一的") + word[at + 1 :]
