"""Units of time to group by: the calendar's (`month`), the clock's (`hour`) and a model's own (`fiscal_month`).

Every kind is two functions: the number of the unit that holds a moment, and the moment at which a number's unit
begins. All else follows: the start of a unit, the unit so many later, how far two are apart. A moment is a date, or a
datetime where the clock matters. Pure dates: knows no database and no SQL.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Literal, Protocol, get_args

from semantic_layer.time.lengths import Length, in_months, in_seconds
from semantic_layer.time.periods import GRAINS, Grain, Period, add_months

ClockGrain = Literal["hour", "minute", "second"]
CLOCK_GRAINS: tuple[ClockGrain, ...] = get_args(ClockGrain)
_CLOCK_SECONDS: Mapping[str, int] = {"hour": 3600, "minute": 60, "second": 1}
_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_EPOCH = datetime.combine(date(1970, 1, 1), time())


class OutsideCalendarError(LookupError):
    """A moment is before the first or after the last unit that a calendar names. `first` and `last` are days."""

    def __init__(self, name: str, first: date, last: date) -> None:
        super().__init__(name)
        self.name, self.first, self.last = name, first, last


class Units(Protocol):
    """Consecutive units of time, numbered without gaps in order of time."""

    @property
    def name(self) -> str:
        """The name to group by."""
        ...

    @property
    def is_truncated_to(self) -> bool:
        """Whether SQL finds the start of a unit by itself (`date_trunc`)."""
        ...

    @property
    def has_clock(self) -> bool:
        """Whether units begin at moments within a day, so that starts are datetimes."""
        ...

    def number(self, at: date) -> int:
        """The number of the unit that holds a moment. Raises OutsideCalendarError."""
        ...

    def start(self, number: int) -> date:
        """The moment at which a unit begins. Raises OutsideCalendarError."""
        ...

    def steps(self, length: Length) -> int | None:
        """How many whole units a length always makes; None if it makes no whole number of them."""
        ...


@dataclass(frozen=True)
class CalendarUnits:
    """Days, weeks (from Monday), months, quarters, years."""

    name: Grain
    is_truncated_to: bool = True
    has_clock: bool = False

    def number(self, at: date) -> int:
        """As in `Units`; the first of the year 1 is in unit 0 or 1."""
        if self.name == "day":
            return at.toordinal()
        if self.name == "week":
            return (at.toordinal() - 1) // 7
        return (at.year * 12 + at.month - 1) // _MONTHS[self.name]

    def start(self, number: int) -> date:
        """As in `Units`."""
        if self.name == "day":
            return date.fromordinal(number)
        if self.name == "week":
            return date.fromordinal(number * 7 + 1)
        year, month = divmod(number * _MONTHS[self.name], 12)
        return date(year, month + 1, 1)

    def steps(self, length: Length) -> int | None:
        """As in `Units`."""
        if self.name in _MONTHS:
            return _whole(in_months(length), _MONTHS[self.name])
        return _whole(in_seconds(length), 86400 * (7 if self.name == "week" else 1))


@dataclass(frozen=True)
class ClockUnits:
    """Hours, minutes or seconds of the day."""

    name: ClockGrain
    is_truncated_to: bool = True
    has_clock: bool = True

    def number(self, at: date) -> int:
        """As in `Units`; a date is its midnight."""
        since = midnight(at) - _EPOCH
        return (since.days * 86400 + since.seconds) // _CLOCK_SECONDS[self.name]

    def start(self, number: int) -> datetime:
        """As in `Units`."""
        return _EPOCH + timedelta(seconds=number * _CLOCK_SECONDS[self.name])

    def steps(self, length: Length) -> int | None:
        """As in `Units`."""
        return _whole(in_seconds(length), _CLOCK_SECONDS[self.name])


@dataclass(frozen=True)
class RepeatedUnits:
    """Units of given lengths in turn, counted from one day in both directions: a fiscal year from April, 4-4-5 weeks.

    The lengths are all of months (and the day is one that every month has) or all of days.

    >>> retail = RepeatedUnits("retail_month", date(2024, 1, 29), (28, 28, 35), in_months=False)
    >>> retail.start(retail.number(date(2024, 3, 1))), retail.start(-1)
    (datetime.date(2024, 2, 26), datetime.date(2023, 12, 25))
    """

    name: str
    origin: date
    lengths: tuple[int, ...]
    in_months: bool
    is_truncated_to: bool = False
    has_clock: bool = False

    def number(self, at: date) -> int:
        """As in `Units`; the one that begins at the origin is 0."""
        day = day_of(at)
        total = sum(self.lengths)
        distance = _months_between(self.origin, day) if self.in_months else (day - self.origin).days
        rounds, rest = divmod(distance, total)
        return rounds * len(self.lengths) + bisect_right(tuple(accumulate(self.lengths)), rest)

    def start(self, number: int) -> date:
        """As in `Units`."""
        rounds, place = divmod(number, len(self.lengths))
        distance = rounds * sum(self.lengths) + sum(self.lengths[:place])
        return add_months(self.origin, distance) if self.in_months else self.origin + timedelta(days=distance)

    def steps(self, length: Length) -> int | None:
        """As in `Units`."""
        if length.unit == self.name:
            return length.count
        size = in_months(length) if self.in_months else _whole(in_seconds(length), 86400)
        if len(set(self.lengths)) == 1:
            return _whole(size, self.lengths[0])
        rounds = _whole(size, sum(self.lengths))
        return None if rounds is None else rounds * len(self.lengths)


@dataclass(frozen=True)
class ListedUnits:
    """Units by the days on which they begin, in order; `end` is the day after the last one's last."""

    name: str
    starts: tuple[date, ...]
    end: date
    is_truncated_to: bool = False
    has_clock: bool = False

    def number(self, at: date) -> int:
        """As in `Units`; the first is 0."""
        day = day_of(at)
        if not self.starts[0] <= day < self.end:
            raise self._outside()
        return bisect_right(self.starts, day) - 1

    def start(self, number: int) -> date:
        """As in `Units`; the number after the last unit's begins where that one ends."""
        if number == len(self.starts):
            return self.end
        if not 0 <= number < len(self.starts):
            raise self._outside()
        return self.starts[number]

    def steps(self, length: Length) -> int | None:
        """As in `Units`; only a length in these units is a whole number of them."""
        return length.count if length.unit == self.name else None

    def _outside(self) -> OutsideCalendarError:
        return OutsideCalendarError(self.name, self.starts[0], self.end - timedelta(days=1))


STANDARD: Mapping[str, Units] = {
    **{name: CalendarUnits(name) for name in GRAINS},
    **{name: ClockUnits(name) for name in CLOCK_GRAINS},
}


def start_of(units: Units, at: date) -> date:
    """The moment at which the unit that holds `at` begins.

    >>> start_of(STANDARD["hour"], datetime(2026, 6, 30, 23, 59))
    datetime.datetime(2026, 6, 30, 23, 0)
    """
    return units.start(units.number(at))


def following(units: Units, start: date, count: int = 1) -> date:
    """The start of the unit that many after the one that begins at `start`."""
    return units.start(units.number(start) + count)


def starts(units: Units, period: Period) -> Iterator[date]:
    """The starts of the units that a closed period touches, in order; the first may begin before it."""
    assert period.start is not None and period.end is not None, "only closed periods are cut into units"
    if period.start >= period.end:
        return
    for number in range(units.number(period.start), units.number(_last_moment(units, period.end)) + 1):
        yield units.start(number)


def unit_count(units: Units, period: Period) -> int:
    """How many units a closed period touches."""
    assert period.start is not None and period.end is not None, "only closed periods are cut into units"
    if period.start >= period.end:
        return 0
    return units.number(_last_moment(units, period.end)) - units.number(period.start) + 1


def back(at: date, length: Length, calendars: Mapping[str, Units]) -> date:
    """The moment that much earlier: the same day of the month, month ends clamped; for a length in units of a model's
    own, the same place in the unit that many before, its last day if it is shorter."""
    months, seconds = in_months(length), in_seconds(length)
    if months is not None:
        day = add_months(day_of(at), -months)
        return datetime.combine(day, at.time()) if isinstance(at, datetime) else day
    if seconds is not None:
        return at - timedelta(seconds=seconds) if seconds % 86400 == 0 else midnight(at) - timedelta(seconds=seconds)
    units = calendars[length.unit]
    number = units.number(at)
    place = day_of(at) - day_of(units.start(number))
    day = min(units.start(number - length.count) + place, units.start(number - length.count + 1) - timedelta(days=1))
    return datetime.combine(day, at.time()) if isinstance(at, datetime) else day


def midnight(at: date) -> datetime:
    """A moment as a datetime; a date is its first one."""
    return at if isinstance(at, datetime) else datetime.combine(at, time())


def day_of(at: date) -> date:
    """The day of a moment."""
    return at.date() if isinstance(at, datetime) else at


def _last_moment(units: Units, end: date) -> date:
    return midnight(end) - timedelta(seconds=1) if units.has_clock else end - timedelta(days=1)


def _months_between(origin: date, day: date) -> int:
    """Whole months from one day to another, rounded down; the origin is a day that every month has."""
    return (day.year - origin.year) * 12 + day.month - origin.month - (day.day < origin.day)


def _whole(size: int | None, unit: int) -> int | None:
    return size // unit if size is not None and size % unit == 0 else None
