"""When an alert is due, where the clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from chat_service.saved.schedule import SavedError, read_schedule

BERLIN = ZoneInfo("Europe/Berlin")  # summer time from 29 March to 25 October 2026


def _due(text: str, zone: ZoneInfo, first: datetime, count: int) -> list[datetime]:
    found, schedule = [first], read_schedule(text)
    for _ in range(count):
        found.append(schedule.after(found[-1], zone))
    return found[1:]


@pytest.mark.parametrize(
    ("text", "begin", "wanted"),
    [
        # left out by the clocks: due once, an hour later by them
        ("daily at 02:30", "2026-03-27T12:00", ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]),
        # shown twice by the clocks: due the first time only
        ("daily at 02:30", "2026-10-23T12:00", ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]),
        ("daily at 08:00", "2026-03-28T07:00", ["2026-03-29T06:00", "2026-03-30T06:00"]),
        ("Every Monday at 9:00", "2026-10-19T07:00", ["2026-10-26T08:00", "2026-11-02T08:00"]),
        ("monthly on 1 at 00:00", "2026-03-01T00:00", ["2026-03-31T22:00", "2026-04-30T22:00"]),
        ("every hour", "2026-03-29T00:30", ["2026-03-29T01:00", "2026-03-29T02:00", "2026-03-29T03:00"]),
        ("every hour", "2026-10-25T00:00", ["2026-10-25T01:00", "2026-10-25T02:00"]),
        ("every 6 hours", "2026-06-01T00:00", ["2026-06-01T04:00", "2026-06-01T10:00"]),
    ],
)
def test_due(text: str, begin: str, wanted: list[str]) -> None:
    first = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    due = _due(text, BERLIN, first, len(wanted))
    assert [each.replace(tzinfo=None).isoformat(timespec="minutes") for each in due] == wanted


def test_every_day_of_a_year_has_one() -> None:
    due = _due("daily at 02:30", BERLIN, datetime(2026, 1, 1, tzinfo=UTC), 365)
    assert len({each.astimezone(BERLIN).date() for each in due}) == 365
    assert all(one < other for one, other in pairwise(due))


@pytest.mark.parametrize(
    "text",
    ["", "0 8 * * *", "daily at 24:00", "every 7 minutes", "every 0 hours", "monthly on 31 at 08:00", "daily at 8"],
)
def test_what_is_no_schedule(text: str) -> None:
    with pytest.raises(SavedError) as refused:
        read_schedule(text)
    assert refused.value.problems[0].code == "unknown_schedule"
