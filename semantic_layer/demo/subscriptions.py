"""Paid membership: terms that follow one another until they lapse, are cancelled, or still run."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from semantic_layer.demo.codes import CANCEL_REASONS, OUTCOMES, PLANS, coded
from semantic_layer.demo.draws import Flags, Floats, Ints, pick
from semantic_layer.demo.people import People
from semantic_layer.demo.plants import Plants
from semantic_layer.demo.purchases import Purchases
from semantic_layer.demo.season import DAY, Clock
from semantic_layer.demo.world import World

PLAN_MONTHS = (1, 3, 12)
_FEES = (2500, 6900, 23800)  # cents
_PLAN_WEIGHTS = (0.42, 0.33, 0.25)
_SHARE_OF_REPEATERS = 0.24
_AUTO_SHARE = (0.62, 0.52, 0.42)
_AFTER_LEAVING = 0.72  # what is left of the chance to renew once the customer has stopped ordering
_CANCELS = 0.42
_REASONS = (0.22, 0.2, 0.16, 0.16, 0.26)
_REASONS_AFTER_RISE = (0.72, 0.07, 0.05, 0.10, 0.06)


@dataclass(frozen=True)
class Terms:
    """One row a term, by customer and term; days from the start, `end` the first day no longer covered."""

    who: Ints
    number: Ints
    plan: Ints
    start: Ints
    end: Ints
    fee: Ints
    auto: Flags
    outcome: Ints
    reason: Ints

    def frame(self, people: People, subscriptions_before: int, clock: Clock) -> pd.DataFrame:
        """The table `subscriptions`."""
        nth = np.cumsum(self.number == 1)
        days = (np.datetime64(clock.start, "D") + days.astype("timedelta64[D]") for days in (self.start, self.end))
        start, end = days
        return pd.DataFrame(
            {
                "subscription_id": subscriptions_before + nth,
                "term_no": self.number,
                "customer_id": people.ids[self.who],
                "plan": coded(self.plan, PLANS),
                "term_start": start,
                "term_end": end,
                "fee": self.fee / 100,
                "auto_renew": self.auto,
                "outcome": coded(self.outcome, OUTCOMES),
                "cancel_reason": coded(self.reason, CANCEL_REASONS),
            }
        )


def make_terms(world: World, people: People, purchases: Purchases) -> Terms:
    """The subscriptions of some of those who ordered twice, from some time after their second order."""
    rng, clock = world.stream(people.batch, "subscriptions"), world.clock
    second, stopped = _milestones(people, purchases, clock)
    begins = clock.day(second) + 1 + rng.exponential(50, len(people)).astype(np.int64)
    joins = (second >= 0) & (rng.random(len(people)) < _SHARE_OF_REPEATERS) & (begins * DAY < clock.end)
    who = np.flatnonzero(joins)
    plan = pick(rng, _PLAN_WEIGHTS, len(who))
    auto = rng.random(len(who)) < np.array(_AUTO_SHARE)[plan]
    first = begins[who]
    made: list[Terms] = []
    number = 1
    while len(who):
        term = _terms(rng, who, number, plan, first, auto, stopped, world)
        made.append(term)
        renewed = term.outcome == OUTCOMES.index("renewed")
        who, plan, first, auto = who[renewed], plan[renewed], first[renewed], auto[renewed]
        number += 1
    return _joined(made)


def _milestones(people: People, purchases: Purchases, clock: Clock) -> tuple[Ints, Ints]:
    """When the second order was, -1 without one; when the customer stopped ordering, or the end."""
    second = np.full(len(people), -1, dtype=np.int64)
    repeats = np.flatnonzero(np.bincount(purchases.who, minlength=len(people)) >= 2)
    second[repeats] = purchases.at[np.searchsorted(purchases.who, repeats) + 1]
    stopped = np.full(len(people), clock.end, dtype=np.int64)
    stopped[purchases.who[purchases.last]] = purchases.at[purchases.last]
    return second, stopped


def _terms(
    rng: np.random.Generator,
    who: Ints,
    number: int,
    plan: Ints,
    first: Ints,
    auto: Flags,
    stopped: Ints,
    world: World,
) -> Terms:
    """Term `number` of these customers; dates are counted from the first term's, so that a 31st comes back."""
    clock, plants = world.clock, world.plants
    months = np.array(PLAN_MONTHS)[plan]
    start, end = _add_months(first, months * (number - 1), clock), _add_months(first, months * number, clock)
    rise = clock.second(plants.price_rise) // DAY
    dear = plan == PLANS.index(plants.dear_plan)
    fee = np.array(_FEES)[plan]
    fee = np.where(dear & (start >= rise), np.round(fee * (1 + plants.dear_fee_rise) / 1000) * 1000 - 100, fee)
    size = len(who)
    outcome, reason = _outcomes(rng, auto, stopped[who] < end * DAY, dear & (end >= rise), plants)
    running = end * DAY >= clock.end
    outcome = np.where(running, OUTCOMES.index("running"), outcome)
    reason = np.where(outcome == OUTCOMES.index("cancelled"), reason, -1)
    return Terms(who, np.full(size, number), plan, start, end, fee.astype(np.int64), auto, outcome, reason)


def _outcomes(
    rng: np.random.Generator, auto: Flags, stopped: Flags, dearer: Flags, plants: Plants
) -> tuple[Ints, Ints]:
    size = len(auto)
    renews: Floats = np.where(auto, plants.auto_renewal, plants.hand_renewal)
    renews = np.where(stopped, renews * _AFTER_LEAVING, renews)
    renews = np.where(dearer, renews * plants.dear_renewal_factor, renews)
    cancels = rng.random(size) < np.where(dearer, 0.6, _CANCELS)
    reason = np.where(dearer, pick(rng, _REASONS_AFTER_RISE, size), pick(rng, _REASONS, size))
    renewed = rng.random(size) < renews
    names = np.where(cancels, OUTCOMES.index("cancelled"), OUTCOMES.index("lapsed"))
    return np.where(renewed, OUTCOMES.index("renewed"), names), reason


def _add_months(day: Ints, months: Ints, clock: Clock) -> Ints:
    """The same day of the month so many months later, or that month's last."""
    dates = np.datetime64(clock.start, "D") + day.astype("timedelta64[D]")
    month = dates.astype("datetime64[M]")
    of_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    target = month + months.astype("timedelta64[M]")
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    found = target.astype("datetime64[D]") + np.minimum(of_month, length - 1).astype("timedelta64[D]")
    days: Ints = (found - np.datetime64(clock.start, "D")).astype(np.int64)
    return days


def _joined(made: list[Terms]) -> Terms:
    if not made:
        whole = np.zeros(0, dtype=np.int64)
        return Terms(whole, whole, whole, whole, whole, whole, whole.astype(np.bool_), whole, whole)
    columns = {f.name: np.concatenate([getattr(term, f.name) for term in made]) for f in fields(Terms)}
    order = np.lexsort((columns["number"], columns["who"]))
    return Terms(**{name: column[order] for name, column in columns.items()})
