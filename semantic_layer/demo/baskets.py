"""What is in each order: lines, prices, discounts. Everything in cents, so that lines add up to orders exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from semantic_layer.demo.catalogue import PRICE_LEVELS, Places
from semantic_layer.demo.codes import ACQUISITION, CATEGORIES, CHANNELS, STATUSES, coded, nullable
from semantic_layer.demo.draws import Flags, Floats, Ints, group_firsts, pick, places_in_group
from semantic_layer.demo.people import People
from semantic_layer.demo.purchases import Purchases
from semantic_layer.demo.season import Clock
from semantic_layer.demo.world import World

_MOST_LINES = 6
_FAVOURITE_SHARE = 0.6
_DEARER_A_YEAR = 0.025
_QUANTITIES = (0.86, 0.11, 0.02, 0.01)
_DISCOUNTS = (0.0, 0.05, 0.10, 0.15, 0.20)
_DISCOUNT_WEIGHTS = (0.44, 0.21, 0.18, 0.11, 0.06)
_FESTIVE, _FESTIVE_DISCOUNT = 1.7, 0.07
_FIRST_AT_MOST = 0.20  # what a first order without a bargain is discounted at most
_HOME_STORE = 0.8


@dataclass(frozen=True)
class Baskets:
    """Order amounts beside `Purchases`, and lines in the same order; money in cents."""

    order_ids: Ints
    store: Ints
    gross: Ints
    discount: Ints
    cost: Ints
    sizes: Ints
    product: Ints
    quantity: Ints
    unit_price: Ints
    line_net: Ints

    @property
    def net(self) -> Ints:
        return self.gross - self.discount

    def orders(self, people: People, purchases: Purchases, clock: Clock) -> pd.DataFrame:
        """The table `orders`, by time."""
        by_time = np.argsort(self.order_ids)
        campaign = np.where(purchases.campaign >= 0, purchases.campaign + 1, -1)
        frame = pd.DataFrame(
            {
                "order_id": self.order_ids,
                "customer_id": people.ids[purchases.who],
                "ordered_at": clock.stamps(purchases.at),
                "channel": coded(purchases.channel, CHANNELS),
                "store_id": nullable(self.store),
                "status": coded(purchases.status, STATUSES),
                "campaign_id": nullable(campaign),
                "gross_amount": self.gross / 100,
                "discount_amount": self.discount / 100,
                "net_amount": self.net / 100,
                "cost_amount": self.cost / 100,
            }
        )
        return frame.take(by_time)

    def items(self) -> pd.DataFrame:
        """The table `order_items`, by order."""
        order_ids = np.repeat(self.order_ids, self.sizes)
        frame = pd.DataFrame(
            {
                "order_id": order_ids,
                "line_no": places_in_group(self.sizes) + 1,
                "product_id": self.product + 1,
                "quantity": self.quantity,
                "unit_price": self.unit_price / 100,
                "net_amount": self.line_net / 100,
            }
        )
        return frame.take(np.argsort(order_ids, kind="stable"))


def fill_baskets(world: World, people: People, purchases: Purchases, orders_before: int) -> Baskets:
    """The contents of every order."""
    clock, products = world.clock, world.products
    rng = world.stream(people.batch, "baskets")
    first = group_firsts(purchases.who)
    eager = first & (people.acquisition[purchases.who] == ACQUISITION.index(world.plants.early_leavers))
    sizes = np.minimum(1 + rng.poisson(people.basket[purchases.who]) + eager, _MOST_LINES).astype(np.int64)
    of_order = np.repeat(np.arange(len(purchases)), sizes)
    product = _products(rng, people, purchases, of_order, places_in_group(sizes), first, eager, world)
    years = clock.day(purchases.at[of_order]) / 365
    unit_price = np.round(products.price[product] * (1 + _DEARER_A_YEAR * years) / 10).astype(np.int64) * 10
    quantity = pick(rng, _QUANTITIES, len(product)) + 1
    line_gross = unit_price * quantity
    starts = np.cumsum(sizes) - sizes
    gross = np.add.reduceat(line_gross, starts) if len(purchases) else line_gross
    cost = np.add.reduceat(products.unit_cost[product] * quantity, starts) if len(purchases) else line_gross
    rates = _discounts(rng, world, people, purchases, first)
    discount = np.round(gross * rates / 10).astype(np.int64) * 10
    rank = np.empty(len(purchases), dtype=np.int64)
    rank[np.lexsort((purchases.who, purchases.at))] = np.arange(len(purchases))
    return Baskets(
        order_ids=orders_before + 1 + rank,
        store=_stores(rng, world.places, people, purchases),
        gross=gross,
        discount=discount,
        cost=cost,
        sizes=sizes,
        product=product,
        quantity=quantity,
        unit_price=unit_price,
        line_net=_shared_out(line_gross, gross, gross - discount, sizes, starts),
    )


def _products(
    rng: np.random.Generator,
    people: People,
    purchases: Purchases,
    of_order: Ints,
    line: Ints,
    first: Flags,
    eager: Flags,
    world: World,
) -> Ints:
    """The first line is mostly of the favourite category, on a first order always."""
    who = purchases.who[of_order]
    size = len(of_order)
    share = np.where(line == 0, np.where(first[of_order], 1.0, 0.85), _FAVOURITE_SHARE)
    category = np.where(rng.random(size) < share, people.favourite[who], rng.integers(0, len(CATEGORIES), size))
    level = np.minimum(people.level[who] + eager[of_order], PRICE_LEVELS - 1)
    return world.products.choose(category, level, world.clock.day(purchases.at[of_order]), rng.random(size))


def _discounts(rng: np.random.Generator, world: World, people: People, purchases: Purchases, first: Flags) -> Floats:
    """The part of the gross amount that is let off: by habit, in sales, by coupon, and on bargain first orders."""
    clock, plants = world.clock, world.plants
    of_campaign = np.array([c.kind.discount for c in world.campaigns] + [0.0])
    size = len(purchases)
    rates = np.array(_DISCOUNTS)[pick(rng, _DISCOUNT_WEIGHTS, size)]
    festive = clock.festive[clock.day(purchases.at)] > _FESTIVE
    rates = np.where(festive & (rng.random(size) < 0.7), rates + _FESTIVE_DISCOUNT, rates)
    rates = np.maximum(rates, of_campaign[purchases.campaign])
    bargain = rng.uniform(plants.bargain_discount + 0.01, 0.42, size)
    first_rates = np.where(people.bargain[purchases.who], bargain, np.minimum(rates, _FIRST_AT_MOST))
    return np.where(first, first_rates, rates)


def _stores(rng: np.random.Generator, places: Places, people: People, purchases: Purchases) -> Ints:
    """Store orders are in the customer's city, mostly in their usual store; -1 for the others."""
    city = people.city[purchases.who]
    count = places.stores[city]
    usual = (people.ids[purchases.who] * 7919) % np.maximum(count, 1)
    other = (rng.random(len(city)) * count).astype(np.int64)
    nth = np.where(rng.random(len(city)) < _HOME_STORE, usual, other)
    store = places.first_store[city] + nth
    return np.where(purchases.channel == CHANNELS.index("store"), store, -1)


def _shared_out(line_gross: Ints, gross: Ints, net: Ints, sizes: Ints, starts: Ints) -> Ints:
    """Each line's part of the order's net amount: differences of exact running totals, so nothing is lost."""
    running = np.cumsum(line_gross)
    before = np.repeat(running[starts] - line_gross[starts], sizes)
    ratio_of = np.repeat(net, sizes), np.repeat(gross, sizes)
    reached = (running - before) * ratio_of[0] // ratio_of[1]
    shared = np.diff(reached, prepend=0)
    shared[starts] = reached[starts]
    return shared
