"""When something is due: `every 15 minutes`, `every hour`, `daily at 08:00`, `every monday at 09:00`, `monthly on 1 at
09:00`, in a zone of the model's. A closed list of forms rather than cron's five fields, whose library (croniter) reads
days of month and week as either-or and has an hour that the clocks leave out twice or never.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from semantic_layer import HuitouError, Problem, problem

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY = re.compile(r"every (?:(\d{1,3}) )?(minute|hour)s?")
_DAILY = re.compile(r"daily at (\d\d?):(\d\d)")
_WEEKLY = re.compile(rf"every ({'|'.join(_DAYS)}) at (\d\d?):(\d\d)")
_MONTHLY = re.compile(r"monthly on (\d\d?) at (\d\d?):(\d\d)")
_MINUTES_OF_DAY = 24 * 60
_AHEAD = 40  # days within which every form comes due


@problem(
    "unknown_schedule",
    zh="读不懂时间安排“{text}”。可以写：`every 15 minutes`、`every hour`、`daily at 08:00`、`every monday at 09:00`、"
    "`monthly on 1 at 09:00`。",
    en="'{text}' is no schedule. Write: every 15 minutes, every hour, daily at 08:00, every monday at 09:00, "
    "monthly on 1 at 09:00.",
)
class UnknownSchedule(Problem):
    """A schedule in none of the forms."""

    text: str


class SavedError(HuitouError):
    """What is saved, or is to be, cannot be so: for the client."""


@dataclass(frozen=True)
class Schedule:
    """Times of a day (`minute` of it) on the days that fit; or each so many minutes of it where `each` is set."""

    fits: Callable[[date], bool]
    minute: int = 0
    each: int = 0

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first time that is due after a moment, in UTC.

        A time that the clocks leave out is due as much later as they are put forward, one that they show twice is due
        the first time; hours and minutes are real ones, which no change of the clocks makes longer.

        >>> read_schedule("daily at 02:30").after(datetime(2026, 3, 28, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
        datetime.datetime(2026, 3, 29, 1, 30, tzinfo=datetime.timezone.utc)
        """
        first = moment.astimezone(zone).date() - timedelta(days=1)
        days = (first + timedelta(days=ahead) for ahead in range(_AHEAD))
        return next(each for day in days if self.fits(day) for each in self._of_day(day, zone) if each > moment)

    def _of_day(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        if not self.each:
            yield datetime.combine(day, time(*divmod(self.minute, 60)), zone).astimezone(UTC)
            return
        at = datetime.combine(day, time(), zone).astimezone(UTC)
        end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        while at < end:
            yield at
            at += timedelta(minutes=self.each)


def read_schedule(text: str) -> Schedule:
    """The schedule in a text. Raises SavedError (`unknown_schedule`)."""
    said = " ".join(text.lower().split())
    if found := _EVERY.fullmatch(said):
        each = int(found[1] or 1) * (60 if found[2] == "hour" else 1)
        if 0 < each <= _MINUTES_OF_DAY and _MINUTES_OF_DAY % each == 0:
            return Schedule(lambda _: True, each=each)
    elif found := _DAILY.fullmatch(said):
        return Schedule(lambda _: True, _minute(found[1], found[2], text))
    elif found := _WEEKLY.fullmatch(said):
        wanted = _DAYS.index(found[1])
        return Schedule(lambda day: day.weekday() == wanted, _minute(found[2], found[3], text))
    elif (found := _MONTHLY.fullmatch(said)) and 1 <= int(found[1]) <= 28:
        number = int(found[1])
        return Schedule(lambda day: day.day == number, _minute(found[2], found[3], text))
    raise SavedError(UnknownSchedule(text))


def _minute(hour: str, minute: str, text: str) -> int:
    if int(hour) > 23 or int(minute) > 59:
        raise SavedError(UnknownSchedule(text))
    return int(hour) * 60 + int(minute)
