"""Dates written in digits and labels: 2026-03-15, 3/7/2017, 20260315, Q3'25, 25Q3, 1H25, W23, FY25, L30D, 12m."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from chat_service.language.dates.grammar import Piece
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.span import calendar
from chat_service.language.dates.words import month_names
from semantic_layer import Grain

_MONTHS = month_names()
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_EDGE = r"(?<![a-z0-9.])"
_END = r"(?![a-z0-9])"
_DIGITS_FIRST = (
    r"(?<![\d.])(?P<ymd>(?P<y1>(?:19|20)\d\d)(?P<s1>[-/. ])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2}))(?![\d月%万])",
    rf"{_EDGE}(?P<d_name>(?P<nd>\d{{1,2}})[-/.]?(?P<nm>{_NAME})[-/.]?(?P<ny>(?:19|20)\d\d|(?<=[-/.])\d\d)){_END}",
    rf"{_EDGE}(?P<short_name>(?P<n27>\d{{1,2}})[-/](?P<nm27>{_NAME}))(?![a-z0-9]|[-/.]\d)",
    r"(?<![\d.])(?P<ymd8>(?P<y2>20\d\d)(?P<m2>0[1-9]|1[0-2])(?P<d2>0[1-9]|[12]\d|3[01]))(?!\d)",
    r"(?<![\d./])(?P<ym>(?P<y3>20\d\d)(?P<s3>[-/.])(?P<m3>1[0-2]|0[1-9]|[1-9]))(?![\d./]|(?P=s3)\d|[万k%元日号])",
    r"(?<![\d.])(?P<ym6>(?P<y4>20\d\d)(?P<m4>0[1-9]|1[0-2]))(?![\d.]|[万k%元个])",
    r"(?<![\d.])(?P<dmy>(?P<a5>\d{1,2})(?P<s5>[-/.])(?P<b5>\d{1,2})(?P=s5)(?P<y5>(?:20)?\d\d))(?!\d)",
    r"(?<![\d.])(?P<my>(?P<m6>0?[1-9]|1[0-2])[-/.](?P<y6>20\d\d))(?![\d/.])",
    rf"{_EDGE}(?P<nq_y>(?P<q8>[1-4])q[- ]?'?(?P<y8>20\d\d|\d\d)){_END}",
    rf"{_EDGE}(?P<y_q>(?P<y9>20\d\d|\d\d)(?:[-/ ]|, )?q(?P<q9>[1-4])){_END}",
    rf"{_EDGE}(?P<q>q(?P<q10>[1-4])|(?P<q11>[1-4])q){_END}",
    rf"{_EDGE}(?P<nh_y>(?P<h13>[12])h[- ]?'?(?P<y13>20\d\d|\d\d)){_END}",
    rf"{_EDGE}(?P<y_h>(?P<y14>20\d\d|\d\d)(?:[-/ ]|, )?h(?P<h14>[12])){_END}",
    rf"{_EDGE}(?P<h>h(?P<h15>[12])|(?P<h16>[12])h){_END}",
    rf"{_EDGE}(?P<y_w>(?P<y17>20\d\d)[- ]?(?:w|wk ?|week )(?P<w17>\d{{1,2}})){_END}",
    rf"{_EDGE}(?P<span>(?P<n21>\d{{1,3}})(?P<u21>d|w|m|mo|mos|mth|mths|yr|yrs|y)){_END}",
    r"(?<![\d./])(?P<slash>(?P<a23>\d{1,2})/(?P<b23>\d{1,2}))(?![\d./])",
    r"(?:(?<=[至到~])|(?<=to ))(?P<dashed>(?P<a24>0[1-9]|1[0-2])-(?P<b24>[0-3]\d))(?![\d-])",
    rf"{_EDGE}(?P<words>2day|2moro|2morrow){_END}",
)
_LETTERS_FIRST = (
    rf"{_EDGE}(?P<name_d>(?P<nm2>{_NAME})[-/.](?P<nd2>\d{{1,2}})[-/.](?P<ny2>(?:19|20)?\d\d)){_END}",
    rf"{_EDGE}(?P<name_short>(?P<nm26>{_NAME})[-/](?P<n26>\d{{1,2}}))(?![a-z0-9]|[-/.]\d)",
    rf"{_EDGE}(?P<name_y>(?P<nm3>{_NAME})[-/.](?P<ny3>(?:19|20)\d\d)){_END}",
    rf"{_EDGE}(?P<q_y>q(?P<q7>[1-4])[-/ ]?(?P<y7>'\d\d|20\d\d|(?<!-)(?<! )\d\d)){_END}",
    rf"{_EDGE}(?P<h_y>(?:h(?P<h12>[12])[- ]?(?P<y12>'\d\d|20\d\d|(?<!-)(?<! )\d\d))){_END}",
    rf"{_EDGE}(?P<w>(?:w|wk|cw|kw|week |wk |week #|week no\. ?)(?P<w18>\d{{1,2}})){_END}",
    rf"{_EDGE}(?P<fy>fy ?'?(?P<y19>20\d\d|\d\d)){_END}",
    rf"{_EDGE}(?P<cy>cy ?'?(?P<y25>20\d\d|\d\d)){_END}",
    rf"{_EDGE}(?P<last_n>[lp](?P<n20>\d{{1,3}})(?P<u20>d|w|m|q|y)){_END}",
    rf"{_EDGE}(?P<ttm>ttm|ltm){_END}",
    r"(?<![a-z0-9'])(?P<apostrophe_year>'(?P<y22>\d\d))(?![\da-z'])",
    rf"{_EDGE}(?P<q>q(?P<q10>[1-4])|(?P<q11>[1-4])q){_END}",
    rf"{_EDGE}(?P<h>h(?P<h15>[12])|(?P<h16>[12])h){_END}",
)


def _one_of(alternatives: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_WITH_DIGITS, _WITH_LETTERS = _one_of(_DIGITS_FIRST), _one_of(_LETTERS_FIRST)


def written_at(text: str, at: int) -> Piece | None:
    """The date in digits or in short that begins there; None where there is none (2026-13-40)."""
    pattern = _WITH_DIGITS if text[at].isdigit() else _WITH_LETTERS
    match = pattern.match(text, at)
    return None if match is None else written_piece(match)


_LATEST_SHORT_YEAR = 35
_LEAP_YEAR = 2024
_UNITS: dict[str, Grain] = {
    **dict.fromkeys(("d",), "day"),
    **dict.fromkeys(("w",), "week"),
    **dict.fromkeys(("m", "mo", "mos", "mth", "mths"), "month"),
    **dict.fromkeys(("q",), "quarter"),
    **dict.fromkeys(("y", "yr", "yrs"), "year"),
}


def written_piece(match: re.Match[str]) -> Piece | None:
    """The piece for a match, or None where the digits are no date (2026-13-40)."""
    group = match.groupdict()
    name = next(key for key in _READERS if group.get(key) is not None)
    return _READERS[name](match)


def full_year(written: str | int) -> int:
    """Two digits are of this century.

    >>> full_year("'25"), full_year("2019")
    (2025, 2019)
    """
    year = int(str(written).strip("'"))
    return year + 2000 if year < 100 else year


def _of(match: re.Match[str], *names: str) -> str:
    """The first of these groups that the pattern has and that matched, else nothing."""
    groups = match.groupdict()
    return next((found for name in names if (found := groups.get(name))), "")


def _piece(match: re.Match[str], symbol: str, meaning: PartialDate | None = None, *, value: float = 0) -> Piece:
    return Piece(symbol, match.start(), match.end(), match.group(), value, date=meaning, rules=("written",))


def _day_or_none(year: int, month: int, day: int) -> PartialDate | None:
    try:
        return PartialDate(fixed=calendar("day", date(year, month, day)))
    except ValueError:
        return None


def _digits(match: re.Match[str], *readings: PartialDate | None) -> Piece | None:
    """A day in digits: sure where every order in which it can be written gives the same day."""
    days = {reading for reading in readings if reading is not None}
    if not days:
        return None
    symbol, meaning = ("P_FULL", days.pop()) if len(days) == 1 else ("WRITTEN", None)
    return replace(_piece(match, symbol, meaning), readings=readings)


def _ymd(match: re.Match[str]) -> Piece | None:
    year, month, day = int(_of(match, "y1", "y2")), int(_of(match, "m1", "m2")), int(_of(match, "d1", "d2"))
    return _digits(match, _day_or_none(year, month, day), None, None)


def _named_month(match: re.Match[str]) -> Piece | None:
    """05-Jun-2026, Jun-05-2026, 5 Jun 26."""
    day, month, year = _of(match, "nd", "nd2"), _of(match, "nm", "nm2"), _of(match, "ny", "ny2")
    return _digits(match, _day_or_none(full_year(year), _MONTHS[month], int(day)))


def _month_and_year(match: re.Match[str]) -> Piece | None:
    return _piece(match, "P_FULL", PartialDate(year=int(_of(match, "ny3")), month=_MONTHS[_of(match, "nm3")]))


def _ym(match: re.Match[str]) -> Piece | None:
    year, month = _of(match, "y3", "y4"), _of(match, "m3", "m4")
    return _piece(match, "P_FULL", PartialDate(year=int(year), month=int(month)))


def _dmy(match: re.Match[str]) -> Piece | None:
    """3/7/2017: month and day in doubt unless only one order gives a date; 26.3.15 can begin with the year."""
    first, second, year = int(_of(match, "a5")), int(_of(match, "b5")), full_year(_of(match, "y5"))
    year_first = len(_of(match, "y5")) == 2 and 10 <= first <= _LATEST_SHORT_YEAR
    return _digits(
        match,
        _day_or_none(year, first, second),
        _day_or_none(year, second, first),
        _day_or_none(full_year(first), second, int(_of(match, "y5"))) if year_first else None,
    )


def _my(match: re.Match[str]) -> Piece | None:
    return _piece(match, "P_FULL", PartialDate(year=int(_of(match, "y6")), month=int(_of(match, "m6"))))


def _quarter(match: re.Match[str]) -> Piece | None:
    quarter = _of(match, "q7", "q8", "q9", "q10", "q11")
    year = _of(match, "y7", "y8", "y9")
    if not year:
        return _piece(match, "P_QUARTER", PartialDate(quarter=int(quarter)))
    return _piece(match, "P_FULL", PartialDate(year=full_year(year), quarter=int(quarter)))


def _half(match: re.Match[str]) -> Piece | None:
    half = _of(match, "h12", "h13", "h14", "h15", "h16")
    year = _of(match, "y12", "y13", "y14")
    if not year:
        return _piece(match, "P_HALF", PartialDate(half=int(half)))
    return _piece(match, "P_FULL", PartialDate(year=full_year(year), half=int(half)))


def _week(match: re.Match[str]) -> Piece | None:
    week = int(_of(match, "w17", "w18"))
    if not 1 <= week <= 53:
        return None
    if _of(match, "y17"):
        return _piece(match, "P_FULL", PartialDate(year=int(_of(match, "y17")), week=week))
    return _piece(match, "P_WEEK", PartialDate(week=week))


def _fiscal(match: re.Match[str]) -> Piece | None:
    return _piece(match, "FISCAL_LABEL", value=full_year(_of(match, "y19")))


def _calendar_year(match: re.Match[str]) -> Piece | None:
    return _piece(match, "P_YEAR", PartialDate(year=full_year(_of(match, "y25"))))


def _span(match: re.Match[str]) -> Piece | None:
    if _of(match, "ttm"):
        return _counted(match, "ROLLING_SHORT", 12, "month")
    if _of(match, "last_n"):
        return _counted(match, "ROLLING_SHORT", int(_of(match, "n20")), _UNITS[_of(match, "u20")])
    return _counted(match, "SPAN_SHORT", int(_of(match, "n21")), _UNITS[_of(match, "u21")])


def _counted(match: re.Match[str], symbol: str, count: int, grain: Grain) -> Piece:
    return Piece(symbol, match.start(), match.end(), match.group(), count, grain, rules=("written",))


def _apostrophe(match: re.Match[str]) -> Piece | None:
    return _piece(
        match, "YEAR_SHORT", PartialDate(year=full_year(_of(match, "y22"))), value=full_year(_of(match, "y22"))
    )


def _slash(match: re.Match[str]) -> Piece | None:
    """3/15 without a year: month and day, day and month, or year and month (26/3)."""
    first, second = int(_of(match, "a23", "a24")), int(_of(match, "b23", "b24"))
    if _of(match, "dashed"):
        return replace(_piece(match, "SLASH"), readings=(_month_and_day(first, second),))
    year_month = PartialDate(year=2000 + first, month=second) if first > 12 and 1 <= second <= 12 else None
    readings = (_month_and_day(first, second), _month_and_day(second, first), year_month)
    return replace(_piece(match, "SLASH"), readings=readings) if any(readings) else None


def _name_and_number(match: re.Match[str]) -> Piece | None:
    """Mar-26 is a day of March, or March of a year; so is 26-Mar."""
    month, number = _MONTHS[_of(match, "nm26", "nm27")], int(_of(match, "n26", "n27"))
    of_year = PartialDate(year=2000 + number, month=month) if number > 12 else None
    readings = (_month_and_day(month, number), of_year)
    return replace(_piece(match, "SLASH"), readings=readings) if any(readings) else None


def _month_and_day(month: int, day: int) -> PartialDate | None:
    found = PartialDate(month=month, day=day)
    return found if 1 <= month <= 12 and day and found.in_year(_LEAP_YEAR) is not None else None


def _today_word(match: re.Match[str]) -> Piece | None:
    return Piece("DAY_WORD", match.start(), match.end(), match.group(), 0 if match.group() == "2day" else 1, "day")


_READERS = {
    "ymd": _ymd,
    "d_name": _named_month,
    "name_d": _named_month,
    "name_y": _month_and_year,
    "name_short": _name_and_number,
    "short_name": _name_and_number,
    "ymd8": _ymd,
    "ym": _ym,
    "ym6": _ym,
    "dmy": _dmy,
    "my": _my,
    "q_y": _quarter,
    "nq_y": _quarter,
    "y_q": _quarter,
    "q": _quarter,
    "h_y": _half,
    "nh_y": _half,
    "y_h": _half,
    "h": _half,
    "y_w": _week,
    "w": _week,
    "fy": _fiscal,
    "cy": _calendar_year,
    "last_n": _span,
    "span": _span,
    "ttm": _span,
    "apostrophe_year": _apostrophe,
    "slash": _slash,
    "dashed": _slash,
    "words": _today_word,
}
