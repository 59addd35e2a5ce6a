"""The rows of the reading conventions as data: each text on each of the days reads as written by hand in
conventions.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat_service.language.dates.read import find_dates
from chat_service.language.folding import fold
from semantic_layer.time.periods import Period


@dataclass(frozen=True)
class Case:
    text: str
    today: date
    kinds: tuple[str, ...]
    period: Period | None
    calendar: Period | None
    grain: str | None
    against: str | None
    unit: str | None
    month: int | None
    loose: bool


def _period(written: str | None) -> Period | None:
    """Both ends are included as people write them; a single date is one day."""
    if written is None:
        return None
    first, _, last = written.partition(" ")
    end = date.fromisoformat(last or first) + timedelta(days=1)
    return Period(None if first == ".." else date.fromisoformat(first), end)


def _cases() -> Iterator[tuple[str, tuple[Case, ...]]]:
    data = yaml.safe_load(Path(__file__).with_name("conventions.yaml").read_text(encoding="utf-8"))
    for case in data["cases"]:
        for text in case["texts"]:
            yield str(text), tuple(_on_each_day(str(text), case, data["days"]))


def _on_each_day(text: str, case: dict[str, Any], days: list[date]) -> Iterator[Case]:
    periods, calendars = case.get("periods"), case.get("calendar")
    for index, today in enumerate(days):
        if periods is not None and periods[index] is None:
            continue
        yield Case(
            text,
            today,
            tuple(case.get("kinds") or [case["kind"]]),
            _period(periods[index]) if periods else None,
            _period(calendars[index]) if calendars else None,
            case.get("grain"),
            case.get("against"),
            case.get("unit"),
            case.get("month"),
            case.get("loose", False),
        )


def _dates(period: Period | None) -> tuple[date | None, date | None] | None:
    return None if period is None else (period.start, period.end)


@pytest.mark.parametrize("cases", [pytest.param(cases, id=text) for text, cases in _cases()])
def test_convention(cases: tuple[Case, ...]) -> None:
    for case in cases:
        _check(case)


def _check(case: Case) -> None:
    mentions = find_dates(fold(case.text), case.today)
    assert len(mentions) == 1, (case.text, [(mention.text, str(mention)) for mention in mentions])
    mention = mentions[0]
    assert mention.kind in case.kinds, (case.today, str(mention))
    assert case.loose or mention.text == case.text
    if case.period is not None:
        assert _dates(mention.period) == _dates(case.period), case.today
        assert mention.period is not None
        assert mention.kind == "rolling" or mention.period.grain == case.grain, str(mention)
    if case.calendar is not None:
        assert _dates(mention.calendar_period) == _dates(case.calendar), case.today
    assert case.against in (None, mention.against)
    assert case.unit in (None, mention.unit)
    assert mention.month == case.month
