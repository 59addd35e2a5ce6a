"""Member tiers and their history: what was spent in the year before decides.

A tier rises with the order that reaches its threshold and is looked at again at the start of each month, when it can
fall. Spent means the net amount of paid orders in the last 365 days, the order itself included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from semantic_layer.demo.codes import TIERS, coded
from semantic_layer.demo.draws import Ints, group_firsts, moments
from semantic_layer.demo.people import People
from semantic_layer.demo.season import DAY, Clock

THRESHOLDS = (100_000, 300_000, 800_000)  # cents in 365 days: silver, gold, platinum
WINDOW = 365 * DAY


@dataclass(frozen=True)
class TierHistory:
    """One row a stretch of time in one tier, by customer and time; `until` is -1 for the current one."""

    who: Ints
    tier: Ints
    since: Ints
    until: Ints

    @property
    def current(self) -> Ints:
        """Each customer's tier now."""
        tiers: Ints = self.tier[self.until == -1]
        return tiers

    def at(self, who: Ints, at: Ints) -> Ints:
        """The tier that each customer held at that second."""
        keys = moments(self.who, self.since)
        return self.tier[np.searchsorted(keys, moments(who, at), side="right") - 1]

    def frame(self, people: People, clock: Clock) -> pd.DataFrame:
        """The table `tier_history`."""
        return pd.DataFrame(
            {
                "customer_id": people.ids[self.who],
                "tier": coded(self.tier, TIERS),
                "valid_from": clock.stamps(self.since),
                "valid_to": clock.stamps_or_null(self.until),
            }
        )


def make_tiers(people: People, who: Ints, at: Ints, net: Ints, clock: Clock) -> TierHistory:
    """The history of everybody; `who`, `at`, `net` are the paid orders by customer and time, net in cents."""
    months = month_starts(clock)
    customer, when, level, resets = _looks(people, who, at, net, months)
    order = np.lexsort((~resets, when, customer))
    customer, when, level, resets = customer[order], when[order], level[order], resets[order]
    stretch = np.cumsum(resets)
    held = np.maximum.accumulate(level + stretch * len(TIERS)) - stretch * len(TIERS)
    settled = np.append(np.diff(moments(customer, when)) > 0, [True])
    customer, when, held = customer[settled], when[settled], held[settled]
    changed = group_firsts(customer * len(TIERS) + held)
    customer, when, held = customer[changed], when[changed], held[changed]
    until = np.full(len(when), -1, dtype=np.int64)
    same = customer[1:] == customer[:-1]
    until[:-1][same] = when[1:][same]
    return TierHistory(customer, held, when, until)


def month_starts(clock: Clock) -> Ints:
    """The first second of each calendar month after the first day, up to the as-of date."""
    first = np.datetime64(clock.start, "M") + 1
    months = np.arange(first, np.datetime64(clock.as_of, "M") + 1)
    return (months.astype("datetime64[D]") - np.datetime64(clock.start, "D")).astype(np.int64) * DAY


def _looks(
    people: People, who: Ints, at: Ints, net: Ints, months: Ints
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    """Every moment at which a tier is looked at: registration, orders, and month starts, which alone can lower it."""
    keys = moments(who, at)
    total = np.concatenate(([0], np.cumsum(net)))
    everyone = np.arange(len(people))
    of_month = np.tile(months, len(people))
    of_whom = np.repeat(everyone, len(months))
    later = of_month > people.registered[of_whom]
    of_month, of_whom = of_month[later], of_whom[later]
    by_order = _level(total[1:] - total[np.searchsorted(keys, _since(who, at - WINDOW), side="right")])
    up_to = np.searchsorted(keys, moments(of_whom, of_month))
    by_month = _level(total[up_to] - total[np.searchsorted(keys, _since(of_whom, of_month - WINDOW))])
    return (
        np.concatenate((everyone, who, of_whom)),
        np.concatenate((people.registered, at, of_month)),
        np.concatenate((np.zeros(len(people), dtype=np.int64), by_order, by_month)),
        np.concatenate((np.ones(len(people), np.bool_), np.zeros(len(who), np.bool_), np.ones(len(of_whom), np.bool_))),
    )


def _since(who: Ints, at: Ints) -> Ints:
    return moments(who, np.maximum(at, 0))


def _level(spent: Ints) -> Ints:
    return np.searchsorted(np.array(THRESHOLDS), spent, side="right").astype(np.int64)
