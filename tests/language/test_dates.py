"""Sentences with several mentions, what depends on settings, and what always holds."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_service.language.dates.read import DateMention, calendar_period_for, find_dates
from chat_service.language.folding import fold
from semantic_layer.time.periods import Grain, unit
from tests.language.sentences import SENTENCES

TODAY = date(2026, 6, 30)
WORDS = (
    "上",
    "上个",
    "上上",
    "本",
    "这",
    "下",
    "最近",
    "近",
    "过去",
    "前",
    "后",
    "第",
    "每",
    "各",
    "按",
    "从",
    "自",
    "到",
    "至",
    "截至",
    "以来",
    "之前",
    "之后",
    "比",
    "跟",
    "和",
    "与",
    "同期",
    "同比",
    "环比",
    "年",
    "月",
    "日",
    "号",
    "周",
    "季度",
    "天",
    "个月",
    "半年",
    "今年",
    "去年",
    "今天",
    "昨天",
    "周一",
    "周末",
    "双十一",
    "618",
    "春节",
    "国庆",
    "财年",
    "月底",
    "上旬",
    "初",
    "至今",
    "一",
    "三",
    "十二",
    "30",
    "2025",
    "2026",
    "3",
    "last",
    "this",
    "next",
    "past",
    "the",
    "of",
    "in",
    "on",
    "since",
    "before",
    "after",
    "until",
    "between",
    "and",
    "to",
    "vs",
    "than",
    "month",
    "week",
    "quarter",
    "year",
    "days",
    "March",
    "May",
    "june",
    "Q1",
    "h2",
    "15th",
    "2026-03-15",
    "3/7/2017",
    "'25",
    "first",
    "half",
    "same",
    "period",
    "ago",
    "yoy",
    "weekly",
    "every",
    "weekend",
    "Christmas",
    "-",
    ",",
    "的",
    "里",
    "12:30",
    "1,000",
    "％",
    "😀",
)
days = st.dates(date(2016, 1, 1), date(2032, 12, 31))
texts = st.one_of(
    st.text(),
    st.lists(st.sampled_from(WORDS), max_size=12).flatmap(
        lambda words: st.sampled_from(["".join(words), " ".join(words)])
    ),
)


def _one(text: str, today: date = TODAY, *, fiscal_year_start: int | None = None) -> DateMention:
    (mention,) = find_dates(fold(text), today, fiscal_year_start=fiscal_year_start)
    return mention


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert tuple((mention.text, str(mention)) for mention in find_dates(fold(text), TODAY)) == expected


@pytest.mark.parametrize(
    ("text", "start", "period"),
    [
        ("本财年", 4, "2026-04-01/2026-07-01"),
        ("上财年", 4, "2025-04-01/2026-04-01"),
        ("FY2025", 4, "2024-04-01/2025-04-01"),
        ("fiscal year 2025", 1, "2025-01-01/2026-01-01"),
        ("this fiscal year", 10, "2025-10-01/2026-07-01"),
        ("去年的财年", 7, None),
    ],
)
def test_fiscal_years(text: str, start: int, period: str | None) -> None:
    mentions = find_dates(fold(text), TODAY, fiscal_year_start=start)
    if period is None:
        assert mentions
    else:
        assert [str(mention.period) for mention in mentions] == [period]


@pytest.mark.parametrize(
    ("text", "grain", "period"),
    [
        ("近一年", "month", "2025-07-01/2026-07-01"),
        ("近一年", "quarter", "2025-07-01/2026-07-01"),
        ("近一年", "week", None),
        ("最近两个季度", "month", "2026-01-01/2026-07-01"),
        ("past week", "day", "2026-06-24/2026-07-01"),
        ("past week", "week", "2026-06-29/2026-07-06"),
        ("last 90 days", "month", None),
        ("last 12 weeks", "week", "2026-04-13/2026-07-06"),
    ],
)
def test_rolling_periods_by_calendar_units(text: str, grain: Grain, period: str | None) -> None:
    found = calendar_period_for(_one(text), grain, TODAY)
    assert (None if found is None else str(found)) == period


@given(texts, days)
def test_any_text_reads(text: str, today: date) -> None:
    folded = fold(text)
    mentions = find_dates(folded, today)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    assert all(one.fend <= other.fstart for one, other in pairwise(mentions))


@given(texts, days)
def test_no_period_reaches_past_today(text: str, today: date) -> None:
    tomorrow = today + timedelta(days=1)
    for mention in find_dates(fold(text), today):
        if mention.kind in ("future", "ambiguous", "same_period") or mention.period is None:
            continue
        period = mention.period
        assert period.start is None or period.start <= today
        if period.grain is None:
            assert period.end is not None
            assert period.end <= tomorrow
        else:
            assert period.start is not None
            assert unit(period.grain, period.start) == period


@given(texts, st.sampled_from(range(1, 13)), days)
def test_any_text_reads_with_a_fiscal_year(text: str, start: int, today: date) -> None:
    assert all(mention.kind != "fiscal_unset" for mention in find_dates(fold(text), today, fiscal_year_start=start))


@given(st.lists(st.sampled_from(WORDS), max_size=8), days)
def test_case_and_width_change_nothing(words: list[str], today: date) -> None:
    text = " ".join(words).replace("May", "march")
    wide = "".join(chr(ord(one) + 0xFEE0) if "0" <= one <= "z" and one not in "'" else one for one in text)
    plain = [str(mention) for mention in find_dates(fold(text), today)]
    assert [str(mention) for mention in find_dates(fold(text.upper()), today)] == plain
    assert [str(mention) for mention in find_dates(fold(wide), today)] == plain
