"""What surrounds the company: what it spends on winning customers, and published figures of its competitors."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from semantic_layer.demo.codes import ACQUISITION
from semantic_layer.demo.draws import Ints, stream
from semantic_layer.demo.people import People
from semantic_layer.demo.season import Clock

_OVERHEAD = 1.06
_FLOOR = (20.0, 120.0, 100.0, 30.0, 50.0)  # CNY a day for 20,000 customers, by channel
_COMPETITORS = ("优选汇", "乐购坊", "品悦荟")
_FIGURES = {  # level, spread between competitors, noise by month, change a year
    "repurchase_rate": (0.34, 0.04, 0.010, 0.010),
    "churn_rate": (0.33, 0.04, 0.012, -0.006),
    "nps": (31.0, 7.0, 2.0, 1.5),
    "csat": (0.84, 0.03, 0.010, 0.004),
    "market_share": (0.16, 0.05, 0.004, 0.003),
}
_SOURCES = ("行业协会月报", "第三方研究机构")


def spend_by_day(people: People, clock: Clock) -> Ints:
    """Acquisition costs of a batch in cents, by day and channel, laid out flat."""
    place = clock.day(people.registered) * len(ACQUISITION) + people.acquisition
    days = clock.end // 86_400
    return np.bincount(place, weights=people.acquisition_cost, minlength=days * len(ACQUISITION)).astype(np.int64)


def spend_frame(spent: Ints, customers: int, clock: Clock, *, seed: int) -> pd.DataFrame:
    """The table `marketing_spend`: what each day's customers cost, with overhead, and never nothing."""
    rng = stream(seed, 0, "spend")
    days = clock.end // 86_400
    usual = np.tile(np.array(_FLOOR), days) * max(customers / 20_000, 0.001)
    floor = usual * rng.uniform(0.6, 1.4, len(spent))
    dates = np.datetime64(clock.start, "D") + np.repeat(np.arange(days), len(ACQUISITION))
    return pd.DataFrame(
        {
            "spend_date": dates,
            "acquisition_channel": np.tile(np.array(ACQUISITION, dtype=object), days),
            "amount": np.round(spent / 100 * _OVERHEAD + floor, 2),
        }
    )


def benchmark_frame(clock: Clock, *, seed: int) -> pd.DataFrame:
    """The table `competitor_benchmarks`: every whole month of the history."""
    rng = stream(seed, 0, "benchmarks")
    first = date(clock.start.year, clock.start.month, 1)
    months = np.arange(np.datetime64(first, "M"), np.datetime64(clock.as_of, "M") + 1)
    rows: list[pd.DataFrame] = []
    for competitor in _COMPETITORS:
        for metric, (level, spread, noise, yearly) in _FIGURES.items():
            own = level + spread * rng.uniform(-1, 1)
            values = own + yearly * np.arange(len(months)) / 12 + rng.normal(0, noise, len(months))
            source = _SOURCES[len(rows) % len(_SOURCES)]
            rows.append(
                pd.DataFrame(
                    {
                        "competitor": competitor,
                        "month": months.astype("datetime64[D]"),
                        "metric": metric,
                        "value": np.round(values, 4 if abs(level) < 1 else 1),
                        "source": source,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)
