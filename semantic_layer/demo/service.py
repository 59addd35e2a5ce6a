"""Support tickets: about orders, as purchases decided them, and about accounts, which decide nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from semantic_layer.demo.codes import TICKET_CHANNELS, TICKETS, coded, nullable
from semantic_layer.demo.draws import Flags, Floats, Ints, pick
from semantic_layer.demo.people import People
from semantic_layer.demo.plants import Plants
from semantic_layer.demo.purchases import Purchases
from semantic_layer.demo.season import DAY, Clock
from semantic_layer.demo.world import World

_COMPLAINTS = (0.82, 0.95, 0.70, 0.42, 0.48, 0.12, 0.08)
_RESOLUTION_HOURS = (44.0, 26.0, 52.0, 14.0, 58.0, 7.0, 10.0)
_CHANNEL_WEIGHTS = (0.24, 0.48, 0.14, 0.14)
_OPENED_AFTER_DAYS = 1.6
_ACCOUNT_TICKETS = 0.09  # a customer
_NEVER_RESOLVED = 0.008
_RATED = 0.46


@dataclass(frozen=True)
class Tickets:
    """One row a ticket; seconds, -1 while there is none; `csat` -1 where not rated."""

    who: Ints
    opened: Ints
    responded: Ints
    resolved: Ints
    category: Ints
    complaint: Flags
    channel: Ints
    csat: Ints

    def frame(self, people: People, tickets_before: int, clock: Clock) -> pd.DataFrame:
        """The table `support_tickets`, by time."""
        by_time = np.lexsort((self.who, self.opened))
        frame = pd.DataFrame(
            {
                "customer_id": people.ids[self.who],
                "opened_at": clock.stamps(self.opened),
                "first_response_at": clock.stamps_or_null(self.responded),
                "resolved_at": clock.stamps_or_null(self.resolved),
                "category": coded(self.category, TICKETS),
                "is_complaint": self.complaint,
                "channel": coded(self.channel, TICKET_CHANNELS),
                "csat": nullable(self.csat),
            }
        ).take(by_time)
        frame.insert(0, "ticket_id", tickets_before + 1 + np.arange(len(frame)))
        return frame


def open_tickets(world: World, people: People, purchases: Purchases) -> Tickets:
    """All tickets of the batch that were opened by the end of the as-of date."""
    rng, clock = world.stream(people.batch, "tickets"), world.clock
    about = np.flatnonzero(purchases.ticket >= 0)
    after = rng.exponential(_OPENED_AFTER_DAYS * DAY, len(about)).astype(np.int64) + 1800
    asks = np.repeat(np.arange(len(people)), rng.poisson(_ACCOUNT_TICKETS, len(people)))
    span = clock.end - people.registered[asks]
    who = np.concatenate((purchases.who[about], asks))
    opened = np.concatenate(
        (purchases.at[about] + after, people.registered[asks] + (rng.random(len(asks)) * span).astype(np.int64))
    )
    category = np.concatenate((purchases.ticket[about], len(TICKETS) - 1 - (rng.random(len(asks)) < 0.6)))
    slow = np.concatenate((purchases.slow[about], np.zeros(len(asks), dtype=np.bool_)))
    in_time = opened < clock.end
    return _handled(rng, who[in_time], opened[in_time], category[in_time], slow[in_time], world)


def _handled(rng: np.random.Generator, who: Ints, opened: Ints, category: Ints, slow: Flags, world: World) -> Tickets:
    clock, size = world.clock, len(who)
    complaint = rng.random(size) < np.array(_COMPLAINTS)[category]
    responded = opened + _first_response(rng, slow, world.plants)
    hours = np.array(_RESOLUTION_HOURS)[category] * rng.lognormal(-0.18, 0.6, size)
    resolved = responded + (hours * 3600).astype(np.int64) + 60
    answered = responded < clock.end
    closed = answered & (resolved < clock.end) & (rng.random(size) >= _NEVER_RESOLVED)
    rated = closed & (rng.random(size) < _RATED)
    return Tickets(
        who=who,
        opened=opened,
        responded=np.where(answered, responded, -1),
        resolved=np.where(closed, resolved, -1),
        category=category,
        complaint=complaint,
        channel=pick(rng, _CHANNEL_WEIGHTS, size),
        csat=np.where(rated, _ratings(rng, slow, complaint), -1),
    )


def _first_response(rng: np.random.Generator, slow: Flags, plants: Plants) -> Ints:
    """Minutes mostly; beyond the planted number of hours where slow."""
    quick: Floats = np.minimum(rng.lognormal(3.1, 1.0, len(slow)) * 60, plants.slow_hours * 1800)
    late = plants.slow_hours * 3600 + rng.exponential(14 * 3600, len(slow))
    return np.where(slow, late, quick).astype(np.int64) + 20


def _ratings(rng: np.random.Generator, slow: Flags, complaint: Flags) -> Ints:
    mood = rng.normal(4.4, 0.9, len(slow)) - 1.3 * slow - 0.5 * complaint
    ratings: Ints = np.clip(np.round(mood), 1, 5).astype(np.int64)
    return ratings
