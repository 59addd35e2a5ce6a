"""Makers of dates by the names of the calendar, mostly without a year: years, months, days, holidays; and of days in
digits whose order is in doubt.

The two days of a range in digits are written in the same order: what only the one of them allows settles the other.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.dates.grammar import Found, Meaning, is_any, only_if
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate, date_range, in_part
from chat_service.language.dates.words import HOLIDAY_DECIMALS, HOLIDAY_NUMBERS, context_of
from chat_service.language.dates.written import full_year

_LATE_YEARS = 10
_LEAP_YEAR = 2024
_MOST = {"half": 2, "quarter": 4, "month": 12, "week": 53, "day": 31}


def named(found: Found) -> PartialDate | None:
    """A date of the parts that the rule tells, each with the symbol of its number."""
    values = {part: found.one(*names.split()).value for part, names in found.rule.options.items()}
    if any(value != int(value) or not 1 <= value <= _MOST[part] for part, value in values.items()):
        return None
    said = {part: int(value) for part, value in values.items()}.get
    date = PartialDate(
        half=said("half"), quarter=said("quarter"), month=said("month"), week=said("week"), day=said("day")
    )
    part = found.get("PART_OF_MONTH")
    return date if part is None else in_part(date, part.value)


def kept(found: Found) -> Meaning:
    """What the last piece means already."""
    return found.pieces[-1].date or found.pieces[-1].mention


def year(found: Found) -> PartialDate | None:
    """2025年, 25年; 3年 is a length."""
    number = found.one("NUM")
    value, text = int(number.value), number.text
    if number.symbol == "YEAR4" or 1900 <= number.value <= 2099:
        return PartialDate(year=value)
    two = len(text) == 2 and (text.isascii() or not context_of("tens").search(text))
    plausible = 15 <= number.value <= found.today.year % 100 + 3 or text[0] == "0" or number.value >= 90
    if not two or not plausible or found.before("counted_years"):
        return None
    return PartialDate(year=value + (1900 if value >= 90 else 2000))


def bare_year(found: Found) -> Meaning:
    """2025 alone is a year unless something is counted or compared with it: 2000 orders, but the 2025 orders."""
    noun, value = found.get("COUNTED"), int(found.one("YEAR4").value)
    only_if(value >= 2000 and (noun is None or noun.begins("year")))
    only_if(0 <= found.today.year - value < _LATE_YEARS or not found.after("counted_noun"))
    return PartialDate(year=value)


def may(found: Found) -> Meaning:
    """may: a month behind a preposition, or as May within a sentence; else beside a date, not a verb."""
    opens = found.fstart == 0
    named = found.before("before_month") or found.situation.folded.typed(found.fstart, found.fend).istitle()
    only_if((named and not opens) or (not found.after("modal") and (opens or found.after("behind_month"))))
    return PartialDate(month=5)


def month_and_day(found: Found) -> Meaning:
    """3月15日, March 15th, 15 March; `March 20 customers` counts customers; 2月30日 is no day."""
    name, numbers = found.get("MONTH_NAME", "MAY"), found.all("NUM", "ORD")
    month = int(name.value if name is not None else numbers.pop(0).value)
    number = numbers[0]
    only_if(number.value == int(number.value) and 1 <= number.value <= 31 and 1 <= month <= 12)
    only_if("." not in number.text)
    if found.pieces[-1] is numbers[-1] and number.symbol != "ORD":
        weekday = any(piece.grain == "day" and piece.symbol.startswith("WEEKDAY") for piece in found.earlier[:2])
        only_if(weekday or not any(found.after(each) for each in ("counted", "counted_noun", "counted_thing")))
    # the top 3 of June
    only_if(found.get("OF") is None or number.symbol == "ORD" or not found.before("compared_number"))
    date = PartialDate(month=month, day=int(number.value))
    return DateMention("no_day") if date.in_year(_LEAP_YEAR) is None else date


def day_alone(found: Found) -> Meaning:
    """15号, on the 15th; 7日留存 and 7日内 are lengths, the first order is no day."""
    only_if(found.get("ORD") is None or _is_day(found))
    only_if(found.get("ZH_DAY") is None or not found.after("length_of"))
    return named(found)


def _is_day(found: Found) -> bool:
    """From the 5th to the 18th: no other noun than the day itself stands behind the ordinal."""
    if not found.after("behind_day"):
        return False
    if found.after("of_near_month"):
        return True
    if found.earlier:
        return bool(is_any("BEFORE_DAYS", found.earlier[:1]))
    digits = found.one("ORD").text[0].isdigit()
    return digits if found.after("and") else digits or found.get("THE") is not None  # the first and second quarter


def edge_of_year(found: Found) -> Meaning:
    """年初 is January, 年底 December: of the year named, else the latest."""
    number, edge = found.get("NUM"), found.one("YEAR_START", "YEAR_END")
    date = PartialDate(month=int(edge.value), at_end=edge.symbol == "YEAR_END")
    if number is None:
        return date
    short = len(number.text) == 2 and number.text.isascii() and number.value >= 15
    only_if(short or number.symbol == "YEAR4")
    return replace(date, year=full_year(int(number.value)))


def holiday(found: Found) -> Meaning:
    """A holiday by its name or number, or the one that the rule tells."""
    piece = found.get("HOLIDAY", "HOLIDAY_NUMBER", "HOLIDAY_DECIMAL")
    if piece is None:
        return PartialDate(holiday=found.told("name"))
    return PartialDate(holiday={**HOLIDAY_NUMBERS, **HOLIDAY_DECIMALS}.get(piece.text, piece.text))


# --- days in digits ---


def range_in_digits(found: Found) -> Meaning:
    """Both days are written in the same order; where two orders give a range, ask."""
    pieces = found.all("IN_DIGITS")
    only_if(any(piece.symbol != "P_FULL" for piece in pieces) and all(piece.readings for piece in pieces))
    only_if(found.joins and not found.after("of_people"))
    orders = zip(pieces[0].readings, pieces[1].readings, strict=False)
    pairs = [(one, other) for one, other in orders if one and other and _is_near(one, found) and _is_near(other, found)]
    ranges = [each for one, other in pairs if (each := date_range(one, other, found.today)) is not None]
    periods = dict.fromkeys(each.period.cut_after(found.today) for each in ranges if each.start <= found.today)
    if len(periods) == 1:
        year_named = any(one.year_named for pair in pairs for one in pair)
        return DateMention("period", next(iter(periods)), year_named=year_named)
    return DateMention("ambiguous", unit="day", candidates=tuple(periods)) if periods else None


def day_in_doubt(found: Found) -> Meaning:
    """3/7/2017."""
    return _choices(found, [one for one in found.one("WRITTEN").readings if one is not None])


def sure_day(found: Found) -> Meaning:
    """6/18 can only be one day; 26/3 is a day or a month; 24/7 is no date, nor is 1/3 of customers."""
    readings = _plausible(found)
    only_if(len(readings) == 1)
    return readings[0]


def slash_in_doubt(found: Found) -> Meaning:
    """Beside a word of time 3/7 can be two days; alone it is no date at all."""
    readings = _plausible(found)
    only_if(len(readings) > 1)
    beside = found.get("IN", "WHOLE_UNIT") or is_any("BESIDE_SLASH", found.earlier[:1])
    behind = is_any("BEHIND_SLASH", found.later[:1])
    only_if(beside or behind or readings[-1].day is None)
    return _choices(found, readings)


def _choices(found: Found, readings: list[PartialDate]) -> Meaning:
    resolved = (reading.resolve(found.today) for reading in readings)
    periods = tuple(dict.fromkeys(one.period for one in resolved if one is not None))
    return DateMention("ambiguous", unit="day", candidates=periods) if periods else None


def _plausible(found: Found) -> list[PartialDate]:
    """The readings of the digits that can be meant today; a month of a year only where it is not long ago."""
    return [
        reading
        for reading in dict.fromkeys(found.one("SLASH").readings)
        if reading is not None
        and (period := reading.resolve(found.today)) is not None
        and period.start <= found.today
        and _is_near(reading, found)
    ]


def _is_near(reading: PartialDate, found: Found) -> bool:
    """Two digits for a year mean one of the last few; days are as near as they are."""
    return reading.year is None or found.today.year - 5 <= reading.year <= found.today.year
