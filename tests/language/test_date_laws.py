"""What holds of every day: bounds take it along or leave it out, both languages and every written form agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_service.language.dates.read import find_dates
from chat_service.language.folding import fold
from chat_service.language.numbers.hours import find_hours
from chat_service.language.numbers.read import find_numbers
from tests.language.test_phrases import LOOSE, PHRASES, TODAY, expected_of, read, same

DAY = timedelta(days=1)
Ends = tuple[date | None, date]

days = st.dates(TODAY - timedelta(days=360), TODAY - 2 * DAY)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
NTH = ("first", "second", "third", "fourth")
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
ZH_DAYS = "一二三四五六日"


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


EN_FORMS: tuple[Callable[[date], str], ...] = (
    lambda d: d.isoformat(),
    lambda d: f"{MONTHS[d.month - 1]} {d.day}",
    lambda d: f"{d.day} {MONTHS[d.month - 1]}",
    lambda d: f"{MONTHS[d.month - 1][:3]} {d.day}, {d.year}",
    lambda d: f"{d.day:02}-{MONTHS[d.month - 1][:3]}-{d.year}",
    lambda d: f"the {_ordinal(d.day)} of {MONTHS[d.month - 1]}",
    lambda d: f"{d.year} {d.month:02} {d.day:02}",
)
ZH_FORMS: tuple[Callable[[date], str], ...] = (
    lambda d: d.isoformat(),
    lambda d: f"{d.month}月{d.day}日",
    lambda d: f"{d.month}月{d.day}号",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month}.{d.day}",
)
UP_TO = (
    ("{}及以前", "{}或之前", "{}之前（含）", "不晚于{}", "截至{}", "到{}为止", "{}（含）以前"),
    ("on or before {}", "no later than {}", "up to and including {}", "through {}", "by {}", "{} or earlier"),
)
BEFORE = (("{}之前", "{}以前", "早于{}", "{}之前（不含）"), ("before {}", "prior to {}", "earlier than {}"))
FROM = (
    ("{}及以后", "{}或之后", "{}起", "从{}开始", "不早于{}", "{}至今", "{}（含）之后"),
    ("on or after {}", "no earlier than {}", "starting {}", "from {} onwards", "since {}", "{} or later"),
)
AFTER = (("{}之后", "{}以后", "晚于{}"), ("after {}", "later than {}"))
WEEK = (("{}那一周", "{}所在的周"), ("the week of {}", "the week containing {}"))
RANGE = (
    ("{}到{}", "从{}至{}", "{}至{}", "自{}起至{}止", "{}和{}之间"),
    ("from {} to {}", "between {} and {}", "from {} through {}", "{} to {}", "from {} up to and including {}"),
)


def _ends(text: str) -> Ends:
    """First and last day of the only time that the text names."""
    (mention,) = find_dates(fold(text), TODAY)
    assert mention.period is not None and mention.period.end is not None, str(mention)
    assert mention.text == text, (text, mention.text)
    return mention.period.start, min(mention.period.end - DAY, TODAY)


def _every(kind: tuple[tuple[str, ...], tuple[str, ...]], *named: date) -> list[str]:
    """All ways to say it in both languages, with the days in all their written forms."""
    texts = []
    for templates, forms in zip(kind, (ZH_FORMS, EN_FORMS), strict=True):
        texts += [template.format(*(form(day) for day in named)) for template in templates for form in forms]
    return texts


@settings(deadline=None, max_examples=40)
@given(days)
def test_bounds_take_the_day_along_or_leave_it_out(day: date) -> None:
    assert {_ends(text) for text in _every(UP_TO, day)} == {(None, day)}
    assert {_ends(text) for text in _every(BEFORE, day)} == {(None, day - DAY)}
    assert {_ends(text) for text in _every(FROM, day)} == {(day, TODAY)}
    assert {_ends(text) for text in _every(AFTER, day)} == {(day + DAY, TODAY)}


@settings(deadline=None, max_examples=40)
@given(days)
def test_the_week_that_holds_a_day(day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    assert {_ends(text) for text in _every(WEEK, day)} == {(monday, min(monday + 6 * DAY, TODAY))}


@settings(deadline=None, max_examples=40)
@given(days, days)
def test_ranges_hold_both_of_their_ends(one: date, other: date) -> None:
    first, last = sorted((one, other))
    if first == last:
        return
    assert {_ends(text) for text in _every(RANGE, first, last)} == {(first, last)}


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.sampled_from([("day", "天"), ("week", "周"), ("month", "个月")]))
def test_the_last_units_in_any_order(count: int, units: tuple[str, str]) -> None:
    en, zh = units
    texts = (
        f"last {count} {en}s",
        f"the past {count} {en}s",
        f"the {count} past {en}s",
        f"over the last {count} {en}s",
        f"最近{count}{zh}",
        f"过去{count}{zh}",
        f"近{count}{zh}",
    )
    assert len({_ends(text) for text in texts}) == 1


CARRIERS = {
    "zh": ("{}的订单数", "上海{}卖了多少", "{}各城市的销售额", "请问{}，销售额是多少"),
    "en": (
        "revenue {}",
        "revenue {}?",
        "how many customers placed orders {}, in Shanghai",
        "What was revenue {} in Beijing",
    ),
}
SURE = [one for one in PHRASES if not one[0].startswith(LOOSE) and one[2] != "none" and ";" not in one[2]]


@pytest.mark.parametrize(("kind", "phrase", "written"), [pytest.param(*each, id=": ".join(each[:2])) for each in SURE])
def test_a_phrase_in_sentences(kind: str, phrase: str, written: str) -> None:
    for carrier in CARRIERS["en" if phrase.isascii() else "zh"]:
        found, _ = read(carrier.format(phrase))
        assert same(found, expected_of(written)), (carrier, found)


LONG = (
    "一百" * 200,
    "1" * 2000,
    "百" * 1000,
    "千分之" * 200,
    "3/" * 500,
    "2026-" * 300,
    "1," * 500,
    "3月" * 300,
    "近3年" * 200,
    "of the " * 200,
    "two hundred and " * 60,
    "第一" * 300,
    "between 3 and " * 60,
    "Mar-" * 200,
)


@pytest.mark.parametrize("text", ["一百" * 200, "1" * 2000])
def test_long_numerals_are_read_at_once(text: str) -> None:
    folded = fold(text)
    taken = []
    for _ in range(3):
        start = time.process_time()
        find_numbers(folded)
        find_dates(folded, TODAY)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.02


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
def test_long_texts_are_read_in_bounded_time(text: str) -> None:
    """Twice the text takes about twice the time, and no text is stuck."""
    taken = []
    for part in (text[: len(text) // 2], text):
        folded = fold(part)
        best = 1.0
        for _ in range(3):
            start = time.process_time()
            find_numbers(folded)
            find_hours(folded)
            find_dates(folded, TODAY)
            best = min(best, time.process_time() - start)
        taken.append(best)
    assert taken[1] < max(4 * taken[0], 0.05), taken
