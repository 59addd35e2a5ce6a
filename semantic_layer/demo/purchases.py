"""When each customer orders, and what happens after each order that makes them stay or leave.

Orders are made in rounds: the first order of everybody, then the second of those who stayed, and so on. A customer
buys as a Poisson process in operational time and leaves for good after an order with their own chance (BG/NBD), which
a failed delivery, a slow answer or a good first week changes at that very order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from semantic_layer.demo.codes import ACQUISITION, CHANNELS, TICKETS
from semantic_layer.demo.draws import Flags, Floats, Ints, pick
from semantic_layer.demo.people import People
from semantic_layer.demo.season import DAY, Clock
from semantic_layer.demo.world import World

_NEVER_BUYS = 0.06
_MAIN_SHARE = 0.72
_OTHER_CHANNELS = (0.34, 0.10, 0.28, 0.12, 0.16)
_TICKET_CHANCE = 0.045
_TICKET_WEIGHTS = (0.28, 0.10, 0.24, 0.12, 0.26, 0.0, 0.0)
_FAILED_TICKET = 0.85
_REFUNDS = (0.022, 0.026, 0.018, 0.025, 0.034, 0.042)  # by favourite category
_CANCELLED = 0.022
_MOST_ROUNDS = 5000
_APART = 90  # seconds between two orders of one customer, at least


@dataclass(frozen=True)
class Purchases:
    """One row an order, sorted by customer and time. `who` is the place in the batch; `ticket` a place in TICKETS."""

    who: Ints
    at: Ints
    channel: Ints
    status: Ints
    failed: Flags
    ticket: Ints
    slow: Flags
    last: Flags
    campaign: Ints

    def __len__(self) -> int:
        return len(self.who)

    def rows(self, places: Ints | Flags) -> Purchases:
        """Only these rows, in this order."""
        return Purchases(*(getattr(self, f.name)[places] for f in fields(self)))


@dataclass
class _Rounds:
    """The state of the customers who still buy."""

    who: Ints
    clock_time: Floats
    previous: Ints
    factor: Floats
    made: list[Purchases] = field(default_factory=list)

    def keep(self, stays: Flags) -> None:
        self.who, self.clock_time = self.who[stays], self.clock_time[stays]
        self.previous, self.factor = self.previous[stays], self.factor[stays]


def make_purchases(world: World, people: People) -> Purchases:
    """Every order of the batch before campaigns, up to the end of the as-of date."""
    rng, clock = world.stream(people.batch, "purchases"), world.clock
    state = _Rounds(
        who=np.arange(len(people)),
        clock_time=_first_times(rng, people, clock),
        previous=people.registered,
        factor=np.ones(len(people)),
    )
    state.keep(rng.random(len(people)) >= _NEVER_BUYS)
    for nth in range(_MOST_ROUNDS):
        at = np.maximum(clock.civil(state.clock_time), state.previous + _APART)
        in_time = at < clock.end
        state.keep(in_time)
        if not len(state.who):
            break
        _one_round(rng, state, at[in_time], nth, world, people)
    return merged(no_purchases(), *state.made)


def _one_round(
    rng: np.random.Generator,
    state: _Rounds,
    at: Ints,
    nth: int,
    world: World,
    people: People,
) -> None:
    plants = world.plants
    if nth == 1:
        quick = at - state.previous <= plants.onboarding_days * DAY
        state.factor = np.where(quick, state.factor * plants.onboarding_factor, state.factor)
    size = len(state.who)
    channel = order_channels(rng, world, people, state.who)
    failed = _failed(rng, world, people, state.who, at, channel)
    ticket = _tickets(rng, failed, channel)
    slow = (ticket >= 0) & (rng.random(size) < plants.slow_share)
    leaving = people.leaving[state.who] * state.factor
    leaving = np.minimum(leaving + plants.failure_leaves * failed + plants.slow_leaves * slow, 0.95)
    last = rng.random(size) < leaving
    none = np.full(size, -1, dtype=np.int64)
    status = settle(rng, world, people, state.who, channel, ticket)
    state.made.append(Purchases(state.who, at, channel, status, failed, ticket, slow, last, none))
    state.clock_time = world.clock.operational(at) + rng.exponential(1.0, size) / people.pace[state.who]
    state.previous = at
    state.keep(~last)


def settle(
    rng: np.random.Generator,
    world: World,
    people: People,
    who: Ints,
    channel: Ints,
    ticket: Ints,
) -> Ints:
    """How each order ends: a place in STATUSES. The stores of one city take back more than others."""
    store = channel == CHANNELS.index("store")
    refund = np.array(_REFUNDS)[people.favourite[who]]
    in_city = (world.places.cities == world.plants.bad_stores_city)[people.city[who]]
    refund = np.where(store & in_city.astype(np.bool_), refund * world.plants.bad_stores_factor, refund)
    refund = np.where(channel == CHANNELS.index("marketplace"), refund * 1.35, refund)
    refund = np.where(ticket == TICKETS.index("refund"), 0.6, refund)
    cancel = np.where(store, 0.0, _CANCELLED)
    chance = rng.random(len(who))
    return np.where(chance < refund, 1, np.where(chance < refund + cancel, 2, 0)).astype(np.int64)


def _first_times(rng: np.random.Generator, people: People, clock: Clock) -> Floats:
    """The first order: at once in a store, within days for half, else within months."""
    size = len(people)
    soon = rng.exponential(1.6, size)
    later = rng.exponential(55.0, size)
    delay = np.where(rng.random(size) < 0.52, soon, later)
    at_once = people.acquisition == ACQUISITION.index("offline_store")
    delay = np.where(at_once & (rng.random(size) < 0.7), rng.exponential(0.01, size), delay)
    return clock.operational(people.registered) + delay


def order_channels(rng: np.random.Generator, world: World, people: People, who: Ints) -> Ints:
    """The main channel, or now and then another; a store only in a city that has one."""
    channel = np.where(rng.random(len(who)) < _MAIN_SHARE, people.channel[who], pick(rng, _OTHER_CHANNELS, len(who)))
    city = people.city[who]
    no_store = world.places.stores[city] == 0
    return np.where((channel == CHANNELS.index("store")) & no_store, CHANNELS.index("app"), channel)


def _failed(
    rng: np.random.Generator,
    world: World,
    people: People,
    who: Ints,
    at: Ints,
    channel: Ints,
) -> Flags:
    """Orders hit by the planted delivery failure."""
    clock, plants = world.clock, world.plants
    region = np.append(world.places.regions == plants.failure_region, [False])[people.city[who]]
    during = (at >= clock.second(plants.failure_start)) & (at < clock.second(plants.failure_end))
    hit = region.astype(np.bool_) & during & (channel != CHANNELS.index("store"))
    return np.asarray(hit & (rng.random(len(who)) < plants.failure_share))


def _tickets(rng: np.random.Generator, failed: Flags, channel: Ints) -> Ints:
    size = len(failed)
    category = pick(rng, _TICKET_WEIGHTS, size)
    delivery = TICKETS.index("delivery")
    shipped = channel != CHANNELS.index("store")
    category = np.where(~shipped & (category == delivery), TICKETS.index("service_attitude"), category)
    chance = np.where(failed, _FAILED_TICKET, _TICKET_CHANCE)
    return np.where(rng.random(size) < chance, np.where(failed, delivery, category), -1)


def merged(*parts: Purchases) -> Purchases:
    """All orders together, by customer and time; no two of a customer's at the same second."""
    whole = Purchases(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Purchases)))
    whole = whole.rows(np.lexsort((whole.at, whole.who)))
    same = (whole.who[1:] == whole.who[:-1]) & (whole.at[1:] == whole.at[:-1])
    return whole.rows(np.concatenate((np.ones(min(len(whole), 1), dtype=np.bool_), ~same)))


def no_purchases() -> Purchases:
    """The orders of nobody."""
    whole, flags = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    return Purchases(whole, whole, whole, whole, flags, whole, flags, flags, whole)
