"""Units of time: whatever the kind, every moment lies in exactly one, and their numbers follow time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.time.lengths import Length, length
from semantic_layer.time.periods import GRAINS, Period
from semantic_layer.time.periods import start_of as start_of_grain
from semantic_layer.time.units import (
    STANDARD,
    ListedUnits,
    OutsideCalendarError,
    RepeatedUnits,
    Units,
    back,
    following,
    midnight,
    start_of,
    starts,
    unit_count,
)

DAYS = st.dates(date(1999, 12, 20), date(2031, 1, 10))
MOMENTS = DAYS | st.builds(datetime.combine, DAYS, st.times().map(lambda at: at.replace(microsecond=0)))
TERMS = tuple(date(1999, 1, 1) + timedelta(days=97 * index) for index in range(130))
LISTED = ListedUnits("term", TERMS, date(2033, 9, 1))
CALENDAR_UNITS = st.sampled_from([each for each in STANDARD.values() if not each.has_clock])
REPEATED = st.builds(
    RepeatedUnits,
    name=st.just("own"),
    origin=st.dates(date(2010, 1, 1), date(2020, 12, 31)).map(lambda day: day.replace(day=min(day.day, 28))),
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=5).map(tuple),
    in_months=st.booleans(),
)
UNITS: st.SearchStrategy[Units] = st.sampled_from([*STANDARD.values(), LISTED]) | REPEATED


@given(UNITS, MOMENTS)
def test_every_moment_lies_in_its_unit_alone(units: Units, at: date) -> None:
    number = units.number(at)
    assert midnight(units.start(number)) <= midnight(at) < midnight(units.start(number + 1))
    assert units.number(units.start(number)) == number
    assert start_of(units, at) == units.start(number)


@given(CALENDAR_UNITS | REPEATED, DAYS, st.integers(-30, 30))
def test_units_follow_one_another(units: Units, day: date, count: int) -> None:
    start = start_of(units, day)
    assert units.number(following(units, start, count)) - units.number(start) == count


@pytest.mark.parametrize("at", [date(1998, 12, 31), date(2033, 9, 1), datetime(2033, 9, 1, 8)])  # noqa: DTZ001
def test_a_list_says_where_it_ends(at: date) -> None:
    with pytest.raises(OutsideCalendarError) as found:
        LISTED.number(at)
    assert (found.value.first, found.value.last) == (date(1999, 1, 1), date(2033, 8, 31))


@given(CALENDAR_UNITS | REPEATED, DAYS, st.integers(0, 400))
def test_a_period_is_covered_without_gaps(units: Units, day: date, days: int) -> None:
    period = Period(day, day + timedelta(days=days))
    found = list(starts(units, period))
    assert len(found) == unit_count(units, period)
    assert [following(units, start) for start in found[:-1]] == found[1:]
    if days:
        assert found[0] <= day
        assert found[-1] < day + timedelta(days=days) <= following(units, found[-1])


@given(st.sampled_from(GRAINS), DAYS)
def test_calendar_units_are_those_of_periods(grain: str, day: date) -> None:
    named = next(each for each in GRAINS if each == grain)
    assert start_of(STANDARD[grain], day) == start_of_grain(named, day)


@pytest.mark.parametrize(
    ("at", "by", "wanted"),
    [
        (date(2026, 3, 31), "1 month", date(2026, 2, 28)),
        (date(2026, 3, 31), "7 days", date(2026, 3, 24)),
        (datetime(2026, 3, 31, 14), "1 month", datetime(2026, 2, 28, 14)),  # noqa: DTZ001
        (date(2026, 3, 1), "90 minutes", datetime(2026, 2, 28, 22, 30)),  # noqa: DTZ001
        (date(2024, 3, 20), "1 own", date(2024, 2, 20)),
        # the 25th day of its unit, and of the one before
        (date(2024, 3, 10), "1 own", date(2024, 2, 8)),
        # the unit before is shorter than this place in this one
        (date(2024, 1, 4), "1 own", date(2023, 12, 14)),
    ],
)
def test_back(at: date, by: str, wanted: date) -> None:
    own = RepeatedUnits("own", date(2024, 1, 15), (1,), in_months=True)
    uneven = RepeatedUnits("own", date(2023, 12, 1), (14, 35), in_months=False)
    calendars = {"own": uneven if at == date(2024, 1, 4) else own}
    assert back(at, length(by, ["own"]), calendars) == wanted


@pytest.mark.parametrize("text", ["", "days", "7", "-7 days", "0 days", "7 dayz", "1.5 months", "7days", "1 own"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length"):
        length(text)


@given(REPEATED, DAYS, st.integers(1, 6))
def test_whole_lengths_move_units_to_units(units: RepeatedUnits, day: date, count: int) -> None:
    by = Length(count * sum(units.lengths), "month" if units.in_months else "day")
    steps = units.steps(by)
    start = start_of(units, day)
    assert steps is not None
    assert back(start, by, {}) == following(units, start, -steps)
