"""Campaigns: who was drawn into which arm, the orders that a message alone brought about, and what came of each.

Two passes: first the audiences and the orders that campaigns add, then, over all orders, opening, clicking,
redeeming and converting. A control is sent nothing and may still buy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from semantic_layer.demo.campaigns import Campaign
from semantic_layer.demo.codes import ARMS, coded, nullable
from semantic_layer.demo.draws import Flags, Ints, moments
from semantic_layer.demo.people import People
from semantic_layer.demo.purchases import Purchases, merged, order_channels, settle
from semantic_layer.demo.season import DAY, Clock
from semantic_layer.demo.subscriptions import Terms
from semantic_layer.demo.world import World

_ACTIVE_DAYS, _DORMANT_DAYS, _FIRST_DAYS, _REMINDED_DAYS = 120, 90, 14, 30


@dataclass(frozen=True)
class Members:
    """One row a campaign and customer. `sent`, `opened`, `clicked`, `redeemed` in seconds, -1 where it never was."""

    campaign: Ints
    who: Ints
    control: Flags
    caused: Flags
    sent: Ints
    opened: Ints
    clicked: Ints
    redeemed: Ints
    converted: Ints

    def frame(self, people: People, clock: Clock, order_ids: Ints) -> pd.DataFrame:
        """The table `campaign_members`."""
        converted = np.append(order_ids, [-1])[self.converted]
        return pd.DataFrame(
            {
                "campaign_id": self.campaign + 1,
                "customer_id": people.ids[self.who],
                "arm": coded(self.control.astype(np.int64), ARMS),
                "sent_at": clock.stamps(self.sent),
                "opened_at": clock.stamps_or_null(self.opened),
                "clicked_at": clock.stamps_or_null(self.clicked),
                "redeemed_at": clock.stamps_or_null(self.redeemed),
                "converted_order_id": nullable(converted),
            }
        )


def reach_out(world: World, people: People, purchases: Purchases, terms: Terms) -> tuple[Purchases, Members]:
    """All orders of the batch, those that campaigns caused among them, and the members with their outcomes."""
    rng = world.stream(people.batch, "campaigns")
    chosen = _choose(rng, world, people, purchases, terms)
    everything = merged(purchases, _caused(rng, world, people, chosen))
    members = _outcomes(rng, everything, _still_waiting(everything, chosen, world.campaigns), world.campaigns)
    return _attributed(everything, members), members


def _choose(rng: np.random.Generator, world: World, people: People, purchases: Purchases, terms: Terms) -> Members:
    """Who is drawn into each campaign and arm, and whom the message alone will make buy."""
    paid = purchases.rows(purchases.status == 0)
    keys = moments(paid.who, paid.at)
    firsts = _first_paid(people, paid, world.clock)
    birth_month = _birth_months(people)
    latest_caused = np.full(len(people), -1, dtype=np.int64)
    parts: list[Members] = []
    for campaign in world.campaigns:
        latest = np.maximum(_latest_before(keys, paid, len(people), campaign.started), latest_caused)
        inside = _audience(campaign, latest, firsts, birth_month, terms)
        size = len(people)
        sent = campaign.started + rng.integers(0, 1800, size)
        drawn = inside & (rng.random(size) < campaign.kind.share)
        control = rng.random(size) < campaign.kind.control
        caused = drawn & ~control & (rng.random(size) < campaign.kind.lift)
        who = np.flatnonzero(drawn)
        latest_caused[caused] = np.maximum(latest_caused[caused], campaign.ended)
        nothing = np.full(len(who), -1, dtype=np.int64)
        where = np.full(len(who), campaign.campaign_id - 1)
        parts.append(Members(where, who, control[who], caused[who], sent[who], nothing, nothing, nothing, nothing))
    return _concatenated(parts)


def _still_waiting(purchases: Purchases, chosen: Members, campaigns: tuple[Campaign, ...]) -> Members:
    """Without those who bought between the campaign's start and their own message: sent nothing, in neither arm."""
    started = np.array([c.started for c in campaigns], dtype=np.int64)[chosen.campaign]
    waiting = _first_paid_within(purchases, chosen.who, started, chosen.sent) < 0
    return Members(*(getattr(chosen, f.name)[waiting] for f in fields(Members)))


def _audience(campaign: Campaign, latest: Ints, firsts: Ints, birth_month: Ints, terms: Terms) -> Flags:
    settled: Flags = firsts <= campaign.started - _FIRST_DAYS * DAY
    age: Ints = campaign.started - latest
    wanted: Flags = np.ones(len(latest), dtype=np.bool_)
    match campaign.kind.audience:
        case "active":
            wanted = age <= _ACTIVE_DAYS * DAY
        case "dormant":
            wanted = age > _DORMANT_DAYS * DAY
        case "birthday":
            wanted = birth_month == campaign.month
        case "subscribers":
            day = campaign.started // DAY
            wanted = np.zeros(len(latest), dtype=np.bool_)
            wanted[terms.who[(terms.end > day) & (terms.end <= day + _REMINDED_DAYS) & (terms.start < day)]] = True
    return np.logical_and(settled, wanted)


def _caused(rng: np.random.Generator, world: World, people: People, chosen: Members) -> Purchases:
    """The orders that a message brought about, spread over the rest of the campaign as buying is."""
    clock, who, where = world.clock, chosen.who[chosen.caused], chosen.campaign[chosen.caused]
    ends = np.array([c.ended for c in world.campaigns], dtype=np.int64)[where]
    low, high = clock.operational(chosen.sent[chosen.caused] + 600), clock.operational(ends - 600)
    at = clock.civil(low + rng.random(len(who)) * (high - low))
    channel = order_channels(rng, world, people, who)
    none, no = np.full(len(who), -1, dtype=np.int64), np.zeros(len(who), dtype=np.bool_)
    status = settle(rng, world, people, who, channel, none)
    return Purchases(who, at, channel, status, no, none, no, no, none)


def _outcomes(
    rng: np.random.Generator, purchases: Purchases, chosen: Members, campaigns: tuple[Campaign, ...]
) -> Members:
    """Open, click, redeem and convert: the first paid order from sending to the campaign's last second."""
    ends = np.array([c.ended for c in campaigns], dtype=np.int64)[chosen.campaign]
    rates = np.array([c.kind.open_rate for c in campaigns])[chosen.campaign]
    converted = _first_paid_within(purchases, chosen.who, chosen.sent, ends)
    bought = converted >= 0
    at = np.where(bought, np.append(purchases.at, [0])[converted], ends)
    size = len(chosen.who)
    opens = rng.random(size) < np.where(bought, np.minimum(rates * 1.35, 0.95), rates * 0.92)
    opens = (opens | (chosen.caused & bought)) & ~chosen.control
    clicks = opens & ((rng.random(size) < np.where(bought, 0.72, 0.22)) | (chosen.caused & bought))
    redeems = clicks & bought & ((rng.random(size) < 0.8) | chosen.caused)
    gap = np.minimum(rng.exponential(5 * 3600, size), 0.9 * (at - chosen.sent)).astype(np.int64)
    opened = chosen.sent + np.maximum(gap, 1)
    clicked = opened + (rng.random(size) * np.minimum(at - opened, 1800)).astype(np.int64)
    redeems &= _latest_claim(converted, chosen.sent, redeems)
    return replace(
        chosen,
        opened=np.where(opens, opened, -1),
        clicked=np.where(clicks, clicked, -1),
        redeemed=np.where(redeems, at, -1),
        converted=converted,
    )


def _latest_claim(converted: Ints, sent: Ints, redeems: Flags) -> Flags:
    """An order redeems one campaign only: the one sent last."""
    order = np.lexsort((sent, converted, ~redeems))
    claims = converted[order]
    is_last = np.ones(len(order), dtype=np.bool_)
    is_last[:-1] = (claims[1:] != claims[:-1]) | (redeems[order][1:] != redeems[order][:-1])
    found = np.zeros(len(order), dtype=np.bool_)
    found[order] = is_last
    return found & redeems


def _attributed(purchases: Purchases, members: Members) -> Purchases:
    campaign = purchases.campaign.copy()
    redeemed = members.redeemed >= 0
    campaign[members.converted[redeemed]] = members.campaign[redeemed]
    return replace(purchases, campaign=campaign)


def _first_paid_within(purchases: Purchases, who: Ints, since: Ints, until: Ints) -> Ints:
    """The place of the customer's first paid order in [since, until], else -1."""
    paid = np.flatnonzero(purchases.status == 0)
    keys = moments(purchases.who[paid], purchases.at[paid])
    place = np.searchsorted(keys, moments(who, since))
    found = np.append(paid, [-1])[place]
    right = (
        (found >= 0) & (np.append(purchases.who, [-1])[found] == who) & (np.append(purchases.at, [0])[found] <= until)
    )
    return np.where(right, found, -1)


def _latest_before(keys: Ints, paid: Purchases, size: int, at: Ints | int) -> Ints:
    """The second of each customer's last paid order before `at`, -1 if none."""
    everyone = np.arange(size)
    place = np.searchsorted(keys, moments(everyone, at)) - 1
    right = (place >= 0) & (np.append(paid.who, [-1])[place] == everyone)
    return np.where(right, np.append(paid.at, [-1])[place], -1)


def _first_paid(people: People, paid: Purchases, clock: Clock) -> Ints:
    firsts = np.full(len(people), 2 * clock.end, dtype=np.int64)
    firsts[paid.who[::-1]] = paid.at[::-1]
    return firsts


def _birth_months(people: People) -> Ints:
    known = ~np.isnat(people.birth)
    months = people.birth.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.where(known, months, 0)


def _concatenated(parts: list[Members]) -> Members:
    if not parts:
        whole, flags = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
        return Members(whole, whole, flags, flags, whole, whole, whole, whole, whole)
    return Members(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Members)))
