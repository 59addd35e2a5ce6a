"""App events: what customers look at before an order, and when they only look.

A visit that ends in an order has views, a cart and a checkout in this order before it. Visits without an order grow
rarer once a customer has stopped buying. Some customers find a feature in their first month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from semantic_layer.demo.codes import CHANNELS, EVENTS, FEATURES, coded
from semantic_layer.demo.draws import Flags, Floats, Ints, pick, places_in_group
from semantic_layer.demo.people import People
from semantic_layer.demo.purchases import Purchases
from semantic_layer.demo.season import DAY, Clock
from semantic_layer.demo.world import World

EVENT_CHANNELS = ("app", "web", "mini_program")
_VISIT_SECONDS = 2400
_SEEN_ORDERS = 0.30  # of orders in app, web or mini program: the visit before was recorded
_BROWSES_A_DAY, _MOST_BROWSES = 0.014, 60
_AFTER_LEAVING, _FADES_DAYS = 0.9, 45
_BROWSE_STEPS = (0.9, 0.7, 0.35, 0.16, 0.05, 0.06, 0.22)  # chance of each event in EVENTS
_FIRST_MONTH = 30
_FEATURE_WEIGHTS = (0.34, 0.0, 0.0, 0.22, 0.28, 0.16)  # wish_list and live_room only by the plants
_CHANNEL_WEIGHTS = (0.55, 0.12, 0.33)


@dataclass(frozen=True)
class Visits:
    """One row an event; `feature` -1 but for feature_use."""

    who: Ints
    at: Ints
    event: Ints
    channel: Ints
    feature: Ints

    def frame(self, people: People, events_before: int, clock: Clock) -> pd.DataFrame:
        """The table `app_events`, by time."""
        by_time = np.argsort(self.at, kind="stable")
        return pd.DataFrame(
            {
                "event_id": events_before + 1 + np.arange(len(by_time)),
                "customer_id": people.ids[self.who[by_time]],
                "occurred_at": clock.stamps(self.at[by_time]),
                "event_type": coded(self.event[by_time], EVENTS),
                "channel": coded(self.channel[by_time], EVENT_CHANNELS),
                "feature": coded(self.feature[by_time], FEATURES),
            }
        )


def make_visits(world: World, people: People, purchases: Purchases) -> Visits:
    """All events of the batch."""
    clock, plants = world.clock, world.plants
    rng = world.stream(people.batch, "visits")
    parts = (
        _before_orders(rng, people, purchases),
        _browsing(rng, people, purchases, clock),
        _feature_found(rng, people, people.sticky, FEATURES.index(plants.sticky_feature), clock),
        _feature_found(rng, people, people.idle, FEATURES.index(plants.idle_feature), clock),
    )
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _in_time(Visits(*columns), people, clock)


_Columns = tuple[Ints, Ints, Ints, Ints, Ints]


def _before_orders(rng: np.random.Generator, people: People, purchases: Purchases) -> _Columns:
    digital = np.array([EVENT_CHANNELS.index(c) if c in EVENT_CHANNELS else -1 for c in CHANNELS])[purchases.channel]
    seen = np.flatnonzero((digital >= 0) & (rng.random(len(purchases)) < _SEEN_ORDERS))
    who, until = purchases.who[seen], purchases.at[seen]
    since = np.maximum(until - rng.integers(300, _VISIT_SECONDS, len(seen)), people.registered[who])
    views = np.minimum(rng.poisson(0.7, len(seen)), 4)
    logs, searches = rng.random(len(seen)) < 0.6, rng.random(len(seen)) < 0.3
    sizes = 3 + views + logs + searches
    step = places_in_group(sizes)
    of = np.repeat(np.arange(len(seen)), sizes)
    event = _order_steps(step, sizes[of], logs[of], searches[of])
    moment = (step + rng.random(len(step))) / sizes[of]
    at = since[of] + (moment * (until - since)[of]).astype(np.int64)
    return who[of], at, event, digital[seen][of], np.full(len(of), -1, dtype=np.int64)


def _order_steps(step: Ints, size: Ints, logs: Flags, searches: Flags) -> Ints:
    """login, search, views ..., add_to_cart, checkout."""
    event = np.full(len(step), EVENTS.index("view_product"))
    event = np.where(logs & (step == 0), EVENTS.index("login"), event)
    event = np.where(searches & (step == logs), EVENTS.index("search"), event)
    event = np.where(step == size - 2, EVENTS.index("add_to_cart"), event)
    return np.where(step == size - 1, EVENTS.index("checkout"), event)


def _browsing(rng: np.random.Generator, people: People, purchases: Purchases, clock: Clock) -> _Columns:
    stopped = np.full(len(people), clock.end, dtype=np.int64)
    stopped[purchases.who[purchases.last]] = purchases.at[purchases.last]
    never = np.bincount(purchases.who, minlength=len(people)) == 0
    stopped[never] = np.minimum(people.registered[never] + 20 * DAY, clock.end)
    while_in = (stopped - people.registered) / DAY
    rate = _BROWSES_A_DAY * (0.4 + np.sqrt(people.pace / people.pace.mean()))
    before = np.minimum(rng.poisson(rate * while_in), _MOST_BROWSES)
    after = rng.poisson(np.where(stopped < clock.end, _AFTER_LEAVING, 0.0))
    who = np.concatenate((np.repeat(np.arange(len(people)), before), np.repeat(np.arange(len(people)), after)))
    low, high = clock.operational(people.registered), clock.operational(stopped)
    even = low[who] + rng.random(len(who)) * (high - low)[who]
    fading = high[who] + rng.exponential(_FADES_DAYS, len(who))
    moment: Floats = np.where(np.arange(len(who)) < before.sum(), even, fading)
    return _browse_events(rng, who, clock.civil(moment))


def _browse_events(rng: np.random.Generator, who: Ints, at: Ints) -> _Columns:
    """Each visit has each event or not, in the order of EVENTS, a minute or two apart."""
    happens = rng.random((len(who), len(EVENTS))) < np.array(_BROWSE_STEPS)
    happens[:, EVENTS.index("checkout")] &= happens[:, EVENTS.index("add_to_cart")]
    visit, event = np.nonzero(happens)
    channel = pick(rng, _CHANNEL_WEIGHTS, len(who))
    feature = pick(rng, _FEATURE_WEIGHTS, len(visit))
    feature = np.where(event == EVENTS.index("feature_use"), feature, -1)
    later = event * 90 + rng.integers(0, 90, len(visit))
    return who[visit], at[visit] + later, event, channel[visit], feature


def _feature_found(rng: np.random.Generator, people: People, finds: Flags, feature: int, clock: Clock) -> _Columns:
    """One to three uses of the feature in the first month."""
    who = np.repeat(np.flatnonzero(finds), rng.integers(1, 4, int(finds.sum())))
    size = len(who)
    low = clock.operational(people.registered)[who]
    high = clock.operational(np.minimum(people.registered + _FIRST_MONTH * DAY, clock.end) - 1)[who]
    at = clock.civil(low + rng.random(size) * (high - low))
    at = np.maximum(at, people.registered[who] + 30)
    use = np.full(size, EVENTS.index("feature_use"))
    return who, at, use, pick(rng, _CHANNEL_WEIGHTS, size), np.full(size, feature)


def _in_time(visits: Visits, people: People, clock: Clock) -> Visits:
    kept = np.flatnonzero((visits.at < clock.end) & (visits.at >= people.registered[visits.who]))
    return Visits(visits.who[kept], visits.at[kept], visits.event[kept], visits.channel[kept], visits.feature[kept])
