"""Dates written in digits and labels: 2026-03-15, 3/7/2017, 20260315, Q3'25, 25Q3, 1H25, W23, FY25, L30D, 12m."""

from __future__ import annotations

import re
from datetime import date

from chat_service.language.dates.grammar import Piece
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate
from semantic_layer import Grain, unit

_EDGE = r"(?<![a-z0-9.])"
_END = r"(?![a-z0-9])"
WRITTEN = re.compile(
    "|".join(
        (
            r"(?<![\d.])(?P<ymd>(?P<y1>(?:19|20)\d\d)(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2}))(?!\d)",
            r"(?<![\d.])(?P<ymd8>(?P<y2>20\d\d)(?P<m2>0[1-9]|1[0-2])(?P<d2>0[1-9]|[12]\d|3[01]))(?!\d)",
            r"(?<![\d./])(?P<ym>(?P<y3>20\d\d)(?P<s3>[-/.])(?P<m3>1[0-2]|0[1-9]|(?<=[-/])[1-9]))(?![\d./]|-\d|(?<=\.\d\d)[万k%元])",
            r"(?<![\d.])(?P<ym6>(?P<y4>20\d\d)(?P<m4>0[1-9]|1[0-2]))(?![\d.]|[万k%元个])",
            r"(?<![\d.])(?P<dmy>(?P<a5>\d{1,2})(?P<s5>[-/.])(?P<b5>\d{1,2})(?P=s5)(?P<y5>(?:20)?\d\d))(?!\d)",
            r"(?<![\d.])(?P<my>(?P<m6>0?[1-9]|1[0-2])/(?P<y6>20\d\d))(?!\d)",
            rf"{_EDGE}(?P<q_y>q(?P<q7>[1-4])[- ]?(?P<y7>'\d\d|20\d\d|(?<!-)(?<! )\d\d)){_END}",
            rf"{_EDGE}(?P<nq_y>(?P<q8>[1-4])q[- ]?'?(?P<y8>20\d\d|\d\d)){_END}",
            rf"{_EDGE}(?P<y_q>(?P<y9>20\d\d|\d\d)[- ]?q(?P<q9>[1-4])){_END}",
            rf"{_EDGE}(?P<q>q(?P<q10>[1-4])|(?P<q11>[1-4])q){_END}",
            rf"{_EDGE}(?P<h_y>(?:h(?P<h12>[12])[- ]?(?P<y12>'\d\d|20\d\d|(?<!-)(?<! )\d\d))){_END}",
            rf"{_EDGE}(?P<nh_y>(?P<h13>[12])h[- ]?'?(?P<y13>20\d\d|\d\d)){_END}",
            rf"{_EDGE}(?P<y_h>(?P<y14>20\d\d|\d\d)[- ]?h(?P<h14>[12])){_END}",
            rf"{_EDGE}(?P<h>h(?P<h15>[12])|(?P<h16>[12])h){_END}",
            rf"{_EDGE}(?P<y_w>(?P<y17>20\d\d)[- ]?w(?P<w17>\d{{1,2}})){_END}",
            rf"{_EDGE}(?P<w>(?:w|wk|cw|kw|week |wk |week #)(?P<w18>\d{{1,2}})){_END}",
            rf"{_EDGE}(?P<fy>fy ?'?(?P<y19>20\d\d|\d\d)){_END}",
            rf"{_EDGE}(?P<last_n>[lp](?P<n20>\d{{1,3}})(?P<u20>d|w|m|q|y)){_END}",
            rf"{_EDGE}(?P<span>(?P<n21>\d{{1,3}})(?P<u21>d|w|m|mo|mos|mth|mths|yr|yrs|y)){_END}",
            rf"{_EDGE}(?P<ttm>ttm|ltm){_END}",
            r"(?<![a-z0-9'])(?P<apostrophe_year>'(?P<y22>\d\d))(?![\da-z'])",
            r"(?<![\d./])(?P<slash>(?P<a23>\d{1,2})/(?P<b23>\d{1,2}))(?![\d./])",
            rf"{_EDGE}(?P<words>2day|2moro|2morrow){_END}",
        )
    )
)
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
    name = next(key for key in _READERS if group[key] is not None)
    return _READERS[name](match)


def full_year(written: str | int) -> int:
    """Two digits are of this century.

    >>> full_year("'25"), full_year("2019")
    (2025, 2019)
    """
    year = int(str(written).strip("'"))
    return year + 2000 if year < 100 else year


def _piece(match: re.Match[str], symbol: str, meaning: PartialDate | None = None, *, value: float = 0) -> Piece:
    return Piece(symbol, match.start(), match.end(), match.group(), value, date=meaning, rules=("written",))


def _day(match: re.Match[str], year: int, month: int, day: int) -> Piece | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return _piece(match, "P_FULL", PartialDate(fixed=unit("day", found)))


def _ymd(match: re.Match[str]) -> Piece | None:
    keys = ("y1", "m1", "d1") if match["ymd"] else ("y2", "m2", "d2")
    year, month, day = (int(match[key]) for key in keys)
    return _day(match, year, month, day)


def _ym(match: re.Match[str]) -> Piece | None:
    year, month = (match["y3"], match["m3"]) if match["ym"] else (match["y4"], match["m4"])
    return _piece(match, "P_FULL", PartialDate(year=int(year), month=int(month)))


def _dmy(match: re.Match[str]) -> Piece | None:
    """3/7/2017: month and day in doubt unless only one order gives a date; 3.7.2017 is written where the day
    is first.
    """
    first, second, year = int(match["a5"]), int(match["b5"]), full_year(match["y5"])
    readings = [_day(match, year, first, second), _day(match, year, second, first)]
    found = [piece for piece in readings if piece is not None]
    if len(found) == 2 and first != second:
        periods = [piece.date.fixed for piece in found if piece.date is not None]
        candidates = tuple(period for period in periods if period is not None)
        piece = _piece(match, "DONE")
        return Piece(
            "DONE",
            piece.fstart,
            piece.fend,
            piece.text,
            rules=piece.rules,
            mention=DateMention("ambiguous", unit="day", candidates=candidates),
        )
    return found[0] if found else None


def _my(match: re.Match[str]) -> Piece | None:
    return _piece(match, "P_FULL", PartialDate(year=int(match["y6"]), month=int(match["m6"])))


def _quarter(match: re.Match[str]) -> Piece | None:
    quarter = match["q7"] or match["q8"] or match["q9"] or match["q10"] or match["q11"]
    year = match["y7"] or match["y8"] or match["y9"]
    if year is None:
        return _piece(match, "P_QUARTER", PartialDate(quarter=int(quarter)))
    return _piece(match, "P_FULL", PartialDate(year=full_year(year), quarter=int(quarter)))


def _half(match: re.Match[str]) -> Piece | None:
    half = match["h12"] or match["h13"] or match["h14"] or match["h15"] or match["h16"]
    year = match["y12"] or match["y13"] or match["y14"]
    if year is None:
        return _piece(match, "P_HALF", PartialDate(half=int(half)))
    return _piece(match, "P_FULL", PartialDate(year=full_year(year), half=int(half)))


def _week(match: re.Match[str]) -> Piece | None:
    week = int(match["w17"] or match["w18"])
    if not 1 <= week <= 53:
        return None
    if match["y17"]:
        return _piece(match, "P_FULL", PartialDate(year=int(match["y17"]), week=week))
    return _piece(match, "P_WEEK", PartialDate(week=week))


def _fiscal(match: re.Match[str]) -> Piece | None:
    return _piece(match, "FISCAL_LABEL", value=full_year(match["y19"]))


def _span(match: re.Match[str]) -> Piece | None:
    if match["ttm"]:
        return _counted(match, "ROLLING_SHORT", 12, "month")
    if match["last_n"]:
        return _counted(match, "ROLLING_SHORT", int(match["n20"]), _UNITS[match["u20"]])
    return _counted(match, "SPAN_SHORT", int(match["n21"]), _UNITS[match["u21"]])


def _counted(match: re.Match[str], symbol: str, count: int, grain: Grain) -> Piece:
    return Piece(symbol, match.start(), match.end(), match.group(), count, grain, rules=("written",))


def _apostrophe(match: re.Match[str]) -> Piece | None:
    return _piece(match, "YEAR_SHORT", PartialDate(year=full_year(match["y22"])), value=full_year(match["y22"]))


def _slash(match: re.Match[str]) -> Piece | None:
    """3/15 without a year: a date only beside other words of time."""
    return _piece(match, "SLASH", value=int(match["a23"]) * 100 + int(match["b23"]))


def _today_word(match: re.Match[str]) -> Piece | None:
    return Piece("DAY_WORD", match.start(), match.end(), match.group(), 0 if match.group() == "2day" else 1, "day")


_READERS = {
    "ymd": _ymd,
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
    "last_n": _span,
    "span": _span,
    "ttm": _span,
    "apostrophe_year": _apostrophe,
    "slash": _slash,
    "words": _today_word,
}
