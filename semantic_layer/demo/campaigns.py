"""The calendar of campaigns: what is run when, for whom, and how it works."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from semantic_layer.demo.catalogue import DATA
from semantic_layer.demo.draws import Ints
from semantic_layer.demo.season import Clock, spring_festivals

_QUIET_START_DAYS = 60
_OPENS_AT = 10 * 3600


@dataclass(frozen=True)
class Kind:
    """How campaigns of one type work; see `campaigns.toml`."""

    audience: str
    share: float
    control: float
    lift: float
    open_rate: float
    discount: float
    unit_cost: float
    fixed_cost: float


@dataclass(frozen=True)
class Campaign:
    """Seconds from the start; `ended` is the last second, `month` the calendar month of the first."""

    campaign_id: int
    name: str
    type: str
    kind: Kind
    started: int
    ended: int
    month: int


@dataclass(frozen=True)
class _Plan:
    first: date
    after: date
    name: str
    type: str


def read_campaigns(clock: Clock) -> tuple[Campaign, ...]:
    """The campaigns that began and ended in the history, numbered by time; none in its first two months."""
    read = tomllib.loads((DATA / "campaigns.toml").read_text(encoding="utf-8"))
    kinds = {name: Kind(**values) for name, values in read["types"].items()}
    quiet, over = clock.start + timedelta(days=_QUIET_START_DAYS), clock.as_of + timedelta(days=1)
    planned = [plan for year in range(clock.start.year, clock.as_of.year + 1) for plan in _year(year, read["calendar"])]
    held = sorted((p for p in planned if p.first >= quiet and p.after <= over), key=lambda p: (p.first, p.name))
    return tuple(
        Campaign(
            campaign_id=nth,
            name=plan.name,
            type=plan.type,
            kind=kinds[plan.type],
            started=clock.second(plan.first) + _OPENS_AT,
            ended=clock.second(plan.after) - 1,
            month=plan.first.month,
        )
        for nth, plan in enumerate(held, start=1)
    )


def campaign_frame(campaigns: tuple[Campaign, ...], treated: Ints, customers: int, clock: Clock) -> pd.DataFrame:
    """The table `campaigns`; `treated` counts the messages of each."""
    fixed = np.array([c.kind.fixed_cost for c in campaigns], dtype=np.float64) * customers / 20_000
    costs = fixed + np.array([c.kind.unit_cost for c in campaigns], dtype=np.float64) * treated
    return pd.DataFrame(
        {
            "campaign_id": [c.campaign_id for c in campaigns],
            "campaign_name": [c.name for c in campaigns],
            "campaign_type": [c.type for c in campaigns],
            "started_at": clock.stamps(np.array([c.started for c in campaigns], dtype=np.int64)),
            "ended_at": clock.stamps(np.array([c.ended for c in campaigns], dtype=np.int64)),
            "cost": np.round(costs, 2),
        }
    )


def _year(year: int, calendar: list[dict[str, str | int]]) -> list[_Plan]:
    plans = []
    for row in calendar:
        first = _first_day(year, row)
        plans.append(_Plan(first, first + timedelta(days=int(row["days"])), f"{year}{row['name']}", str(row["type"])))
    for month in range(1, 13):
        after = date(year + month // 12, month % 12 + 1, 1)
        plans.append(_Plan(date(year, month, 1), after, f"{year}年{month}月生日礼遇", "birthday"))
    return plans


def _first_day(year: int, row: dict[str, str | int]) -> date:
    if "spring_festival" in row:
        return spring_festivals(year, year)[0] + timedelta(days=int(row["spring_festival"]))
    return date.fromisoformat(f"{year}-{row['day']}")
