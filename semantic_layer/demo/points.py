"""The points ledger: earned by paid orders, spent on orders and gifts, expired at the end of the year after earning.

Entries that take points are made in rounds, each customer's first, then everybody's second, so that the balance is
known at each and never falls below zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from semantic_layer.demo.codes import LEDGER, coded, nullable
from semantic_layer.demo.draws import Flags, Floats, Ints, group_firsts, moments, places_in_group
from semantic_layer.demo.people import People
from semantic_layer.demo.season import DAY, Clock
from semantic_layer.demo.world import World

TIER_RATES = (1.0, 1.2, 1.5, 2.0)  # points for a yuan
STEP, AT_LEAST = 100, 300  # redeemed in hundreds, from 300
_ON_ORDER, _ON_GIFTS = 0.10, 0.05


@dataclass(frozen=True)
class Ledger:
    """One row an entry; `order` is a place among the orders, -1 for none."""

    who: Ints
    at: Ints
    kind: Ints
    points: Ints
    order: Ints

    def frame(self, people: People, order_ids: Ints, entries_before: int, clock: Clock) -> pd.DataFrame:
        """The table `points_ledger`, by time."""
        by_time = np.lexsort((self.kind, self.who, self.at))
        frame = pd.DataFrame(
            {
                "customer_id": people.ids[self.who],
                "occurred_at": clock.stamps(self.at),
                "kind": coded(self.kind, LEDGER),
                "points": self.points,
                "order_id": nullable(np.append(order_ids, [-1])[self.order]),
            }
        ).take(by_time)
        frame.insert(0, "entry_id", entries_before + 1 + np.arange(len(frame)))
        return frame


def keep_ledger(world: World, people: People, who: Ints, at: Ints, net: Ints, tier: Ints, order: Ints) -> Ledger:
    """The ledger of the paid orders given by customer and time; `order` is the place of each among all orders."""
    rng = world.stream(people.batch, "points")
    earned = np.floor(net / 100 * np.array(TIER_RATES)[tier]).astype(np.int64)
    some = earned > 0
    who, at, order, earned = who[some], at[some], order[some], earned[some]
    takes = _tries(rng, who, at, order, world.clock)
    taken = _take(takes, who, at, earned)
    real = taken > 0
    return Ledger(
        who=np.concatenate((who, takes.who[real])),
        at=np.concatenate((at, takes.at[real])),
        kind=np.concatenate((np.zeros(len(who), dtype=np.int64), np.where(takes.expires, 2, 1)[real])),
        points=np.concatenate((earned, taken[real])),
        order=np.concatenate((order, takes.order[real])),
    )


@dataclass(frozen=True)
class _Tries:
    """Moments at which points may go, by customer and time. `basis` is the second up to which earnings expire."""

    who: Ints
    at: Ints
    order: Ints
    expires: Flags
    basis: Ints
    part: Floats

    def rows(self, places: Ints) -> _Tries:
        return _Tries(
            self.who[places],
            self.at[places],
            self.order[places],
            self.expires[places],
            self.basis[places],
            self.part[places],
        )


def _tries(rng: np.random.Generator, who: Ints, at: Ints, order: Ints, clock: Clock) -> _Tries:
    on_order = rng.random(len(who)) < _ON_ORDER
    on_gifts = rng.random(len(who)) < _ON_GIFTS
    later = at + 3600 + rng.exponential(9 * DAY, len(who)).astype(np.int64)
    on_gifts &= later < clock.end
    owners = who[group_firsts(who)] if len(who) else who
    expiries = [_expiry(year, owners, clock) for year in range(clock.start.year + 1, clock.as_of.year + 1)]
    redeems = _redeems(rng, who[on_order], at[on_order], order[on_order])
    gifts = _redeems(rng, who[on_gifts], later[on_gifts], np.full(int(on_gifts.sum()), -1, dtype=np.int64))
    parts = [redeems, gifts, *(e for e in expiries if len(e.who) and e.at[0] < clock.end)]
    whole = _Tries(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("who", "at", "order", "expires", "basis", "part")
        )
    )
    return whole.rows(np.lexsort((whole.at, whole.who)))


def _redeems(rng: np.random.Generator, who: Ints, at: Ints, order: Ints) -> _Tries:
    size = len(who)
    part = rng.beta(2.5, 1.2, size)
    return _Tries(who, at, order, np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.int64), part)


def _expiry(year: int, owners: Ints, clock: Clock) -> _Tries:
    """The last second of the year, when what was earned before that year goes."""
    size = len(owners)
    at = clock.second(date(year, 12, 31) + timedelta(days=1)) - 1
    basis = clock.second(date(year, 1, 1))
    none = np.full(size, -1, dtype=np.int64)
    return _Tries(owners, np.full(size, at), none, np.ones(size, dtype=np.bool_), np.full(size, basis), np.ones(size))


def _take(tries: _Tries, who: Ints, at: Ints, earned: Ints) -> Ints:
    """The points that go at each try: expiring is whatever is left of old earnings, redeeming a part of the balance."""
    keys = moments(who, at)
    total = np.concatenate(([0], np.cumsum(earned)))
    of_customer = total[np.searchsorted(keys, moments(tries.who, 0))]
    before = total[np.searchsorted(keys, moments(tries.who, tries.at))] - of_customer
    old = total[np.searchsorted(keys, moments(tries.who, tries.basis))] - of_customer
    available = np.where(tries.expires, old, before)
    taken = np.zeros(len(tries.who), dtype=np.int64)
    if not len(tries.who):
        return taken
    first = group_firsts(tries.who)
    nth = places_in_group(np.diff(np.append(np.flatnonzero(first), len(first))))
    spent = np.zeros(int(tries.who.max()) + 1, dtype=np.int64)
    for rows in np.split(np.argsort(nth, kind="stable"), np.cumsum(np.bincount(nth))[:-1]):
        owner = tries.who[rows]
        left = np.maximum(available[rows] - spent[owner], 0)
        steps = (left * tries.part[rows]).astype(np.int64) // STEP * STEP
        taken[rows] = np.where(tries.expires[rows], left, np.where(steps >= AT_LEAST, steps, 0))
        spent[owner] += taken[rows]
    return taken
