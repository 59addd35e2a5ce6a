"""Who the demo company's customers are, and what decides how they buy.

Customers are numbered in the order in which they registered, so a batch is a run of ids and a stretch of time.
`pace` (orders an operational day, gamma over customers) and `leaving` (chance to leave after an order, beta over
customers) are the two parameters of BG/NBD (Fader, Hardie and Lee 2005, section 3), moved by the plants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from semantic_layer.demo.catalogue import Places
from semantic_layer.demo.codes import ACQUISITION, CATEGORIES, CHANNELS
from semantic_layer.demo.draws import Flags, Floats, Ints, pick
from semantic_layer.demo.plants import Plants
from semantic_layer.demo.season import Clock
from semantic_layer.demo.world import World

PACE_SHAPE, PACE_MEAN = 0.55, 0.040
LEAVE_A, LEAVE_B = 0.6, 5.0
_ACQUISITION_WEIGHTS = (0.30, 0.20, 0.22, 0.12, 0.16)
_ACQUISITION_COST = (32.0, 380.0, 290.0, 150.0, 190.0)
_GENDER_WEIGHTS = (0.58, 0.38, 0.04)
_FAVOURITES = (
    (0.19, 0.29, 0.17, 0.13, 0.05, 0.17),
    (0.08, 0.05, 0.21, 0.16, 0.30, 0.20),
    (0.12, 0.18, 0.2, 0.16, 0.15, 0.19),
)
_MAIN_CHANNEL = (0.40, 0.09, 0.27, 0.08, 0.16)
_LEVEL_WEIGHTS = (0.42, 0.42, 0.16)


@dataclass(frozen=True)
class People:
    """One batch of customers as parallel arrays; places in code lists are -1 where unknown."""

    batch: int
    first_id: int
    registered: Ints
    acquisition: Ints
    acquisition_cost: Ints
    referred_by: Ints
    gender: Ints
    birth: npt.NDArray[np.datetime64]
    city: Ints
    favourite: Ints
    level: Ints
    basket: Floats
    pace: Floats
    leaving: Floats
    channel: Ints
    bargain: Flags
    sticky: Flags
    idle: Flags

    def __len__(self) -> int:
        return len(self.registered)

    @property
    def ids(self) -> Ints:
        return np.arange(self.first_id, self.first_id + len(self), dtype=np.int64)


def make_people(world: World, batch: int, first: int, size: int) -> People:
    """The customers `first` .. `first + size - 1`, counted from 0."""
    clock, places, plants = world.clock, world.places, world.plants
    rng = world.stream(batch, "people")
    rank = np.arange(first, first + size)
    registered = clock.joined((rank + rng.random(size)) / world.customers)
    acquisition = pick(rng, _ACQUISITION_WEIGHTS, size)
    acquisition[(rank < 50) & (acquisition == ACQUISITION.index("referral"))] = 0
    gender = pick(rng, _GENDER_WEIGHTS, size)
    favourite = np.select([gender == g for g in range(3)], [pick(rng, w, size) for w in _FAVOURITES])
    bargain = rng.random(size) < plants.bargain_share
    sticky = rng.random(size) < plants.sticky_share
    city = _cities(rng, places, acquisition, size)
    return People(
        batch=batch,
        first_id=first + 1,
        registered=registered,
        acquisition=acquisition,
        acquisition_cost=_costs(rng, acquisition),
        referred_by=_referrers(rng, acquisition, rank),
        gender=gender,
        birth=_births(rng, clock, registered, favourite),
        city=city,
        favourite=favourite,
        level=pick(rng, _LEVEL_WEIGHTS, size),
        basket=rng.lognormal(-0.55, 0.5, size),
        pace=_paces(rng, plants, favourite),
        leaving=_leaving(rng, plants, acquisition, bargain, sticky),
        channel=_channels(rng, places, acquisition, city),
        bargain=bargain,
        sticky=sticky,
        idle=rng.random(size) < plants.sticky_share,
    )


def _cities(rng: np.random.Generator, places: Places, acquisition: Ints, size: int) -> Ints:
    """Who registered in a store lives where there is one. Everybody's city is known."""
    city = pick(rng, places.weights, size)
    shops = places.with_stores
    near = shops[pick(rng, places.stores[shops].astype(np.float64), size)]
    return np.where(acquisition == ACQUISITION.index("offline_store"), near, city)


def _costs(rng: np.random.Generator, acquisition: Ints) -> Ints:
    spread = rng.lognormal(-0.08, 0.4, len(acquisition))
    return np.round(np.array(_ACQUISITION_COST)[acquisition] * spread * 100).astype(np.int64)


def _referrers(rng: np.random.Generator, acquisition: Ints, rank: Ints) -> Ints:
    """Somebody who registered earlier, sooner a recent customer; -1 where not referred."""
    referrer = 1 + (rng.random(len(rank)) ** 0.7 * rank * 0.95).astype(np.int64)
    known = (acquisition == ACQUISITION.index("referral")) & (rng.random(len(rank)) < 0.97)
    return np.where(known, referrer, -1)


def _births(rng: np.random.Generator, clock: Clock, registered: Ints, favourite: Ints) -> npt.NDArray[np.datetime64]:
    """16 to 75 years before registering, young parents for their goods; unknown for 4 %."""
    size = len(registered)
    age = 16 + 59 * rng.beta(2.2, 3.8, size)
    parent = (favourite == CATEGORIES.index("mother_baby")) & (rng.random(size) < 0.8)
    age = np.where(parent, rng.normal(31, 4, size).clip(21, 45), age)
    born = clock.stamps(registered).astype("datetime64[D]") - (age * 365.25).astype("timedelta64[D]")
    return np.where(rng.random(size) < 0.04, np.datetime64("NaT", "D"), born)


def _paces(rng: np.random.Generator, plants: Plants, favourite: Ints) -> Floats:
    pace = rng.gamma(PACE_SHAPE, PACE_MEAN / PACE_SHAPE, len(favourite))
    often = favourite == CATEGORIES.index(plants.often_bought)
    return np.where(often, pace * plants.often_bought_pace, pace) + 1e-5


def _leaving(rng: np.random.Generator, plants: Plants, acquisition: Ints, bargain: Flags, sticky: Flags) -> Floats:
    leaving = rng.beta(LEAVE_A, LEAVE_B, len(acquisition))
    leaving[acquisition == ACQUISITION.index(plants.early_leavers)] *= plants.early_leavers_factor
    leaving[acquisition == ACQUISITION.index(plants.faithful)] *= plants.faithful_factor
    leaving[bargain] *= plants.bargain_factor
    leaving[sticky] *= plants.sticky_factor
    return leaving


def _channels(rng: np.random.Generator, places: Places, acquisition: Ints, city: Ints) -> Ints:
    """Where the customer mostly buys; in a store only where there is one."""
    channel = pick(rng, _MAIN_CHANNEL, len(city))
    store = CHANNELS.index("store")
    offline = (acquisition == ACQUISITION.index("offline_store")) & (rng.random(len(city)) < 0.5)
    channel = np.where(offline, store, channel)
    no_store = places.stores[city] == 0
    return np.where((channel == store) & no_store, CHANNELS.index("mini_program"), channel)
