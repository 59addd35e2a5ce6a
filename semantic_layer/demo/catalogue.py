"""What the demo company sells and where: products, stores, cities, read from the data files.

Choosing is by arrays: `choose_products` takes a category, a price level and a time for each line.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from semantic_layer.demo.codes import CATEGORIES, coded
from semantic_layer.demo.draws import Floats, Ints, Texts, stream, texts

DATA = Path(__file__).parent / "data"
BRANDS_PER_ITEM = 3
PRICE_LEVELS = 3
_LEVEL_TASTE = (-0.75, 0.0, 0.75)  # exponent of the price in a product's popularity
_LAUNCHED_LATER = 0.2


@dataclass(frozen=True)
class Places:
    """Cities in the file's order; stores are numbered along them from 1."""

    cities: Texts
    provinces: Texts
    regions: Texts
    weights: Floats
    stores: Ints
    first_store: Ints
    streets: tuple[str, ...]

    @property
    def with_stores(self) -> Ints:
        return np.flatnonzero(self.stores)

    def store_frame(self) -> pd.DataFrame:
        """The table `stores`."""
        city = np.repeat(np.arange(len(self.cities)), self.stores)
        nth = np.arange(len(city)) - np.repeat(self.first_store - 1, self.stores)
        names = [f"{self.cities[c]}{self.streets[n % len(self.streets)]}店" for c, n in zip(city, nth, strict=True)]
        return pd.DataFrame(
            {
                "store_id": np.arange(1, len(city) + 1),
                "store_name": names,
                "city": self.cities[city],
                "region": self.regions[city],
            }
        )


@dataclass(frozen=True)
class Products:
    """Parallel arrays, ordered by category; money in cents; `launched` in days from the start, negative for earlier."""

    names: Texts
    category: Ints
    subcategories: Texts
    brands: Texts
    unit_cost: Ints
    price: Ints
    launched: Ints
    substitute: Ints
    edges: Floats

    def frame(self, start: date) -> pd.DataFrame:
        """The table `products`."""
        launched: npt.NDArray[np.datetime64] = np.datetime64(start, "D") + self.launched.astype("timedelta64[D]")
        return pd.DataFrame(
            {
                "product_id": np.arange(1, len(self.names) + 1),
                "product_name": self.names,
                "category": coded(self.category, CATEGORIES),
                "subcategory": self.subcategories,
                "brand": self.brands,
                "unit_cost": self.unit_cost / 100,
                "launched_on": launched,
            }
        )

    def choose(self, category: Ints, level: Ints, day: Ints, chance: Floats) -> Ints:
        """A product for each line, already launched on its day. `chance` is uniform in [0, 1)."""
        segment = category * PRICE_LEVELS + level
        found = np.searchsorted(self.edges, segment + np.minimum(chance, 1 - 1e-9), side="right")
        product = self._place(found, segment)
        return np.where(self.launched[product] > day, self.substitute[product], product)

    def _place(self, found: Ints, segment: Ints) -> Ints:
        counts = np.bincount(self.category, minlength=len(CATEGORIES))
        before = np.concatenate(([0], np.cumsum(np.repeat(counts, PRICE_LEVELS))))[:-1]
        first = np.concatenate(([0], np.cumsum(counts)))[:-1]
        return first[segment // PRICE_LEVELS] + np.asarray(found - before[segment])


def read_places() -> Places:
    """The cities and their stores."""
    read = tomllib.loads((DATA / "places.toml").read_text(encoding="utf-8"))
    cities = read["cities"]
    stores = np.array([c["stores"] for c in cities], dtype=np.int64)
    return Places(
        cities=texts([c["city"] for c in cities]),
        provinces=texts([c["province"] for c in cities]),
        regions=texts([c["region"] for c in cities]),
        weights=np.array([c["weight"] for c in cities]),
        stores=stores,
        first_store=np.cumsum(stores) - stores + 1,
        streets=tuple(read["streets"]),
    )


def read_products(seed: int, days: int) -> Products:
    """The products of a history of so many days: a fifth of them launched while it ran."""
    read = tomllib.loads((DATA / "catalogue.toml").read_text(encoding="utf-8"))
    rng = stream(seed, 0, "products")
    rows = [row for group in read["subcategories"] for row in _items(group, read["brands"][group["category"]])]
    category = np.array([CATEGORIES.index(row.category) for row in rows], dtype=np.int64)
    price = np.array([row.price for row in rows]) * rng.uniform(0.86, 1.18, len(rows))
    price_cents = np.round(price).astype(np.int64) * 100 - 10
    ratio = np.array([row.cost_ratio for row in rows]) * rng.uniform(0.94, 1.06, len(rows))
    later = rng.random(len(rows)) < _LAUNCHED_LATER
    launched = np.where(later, rng.integers(30, days - 60, len(rows)), -rng.integers(30, 1200, len(rows)))
    return Products(
        names=texts([row.name for row in rows]),
        category=category,
        subcategories=texts([row.subcategory for row in rows]),
        brands=texts([row.brand for row in rows]),
        unit_cost=np.round(price_cents * ratio).astype(np.int64),
        price=price_cents,
        launched=launched,
        substitute=_substitutes(category, later),
        edges=_edges(category, price_cents, rng.pareto(2.2, len(rows)) + 0.4),
    )


@dataclass(frozen=True)
class _Item:
    category: str
    subcategory: str
    brand: str
    name: str
    price: float
    cost_ratio: float


def _items(group: dict[str, object], brands: list[str]) -> list[_Item]:
    category, subcategory = str(group["category"]), str(group["name"])
    items, ratio = group["items"], group["cost_ratio"]
    assert isinstance(items, list)
    assert isinstance(ratio, float)
    made = []
    for place, (name, price) in enumerate(items):
        for nth in range(BRANDS_PER_ITEM):
            brand = brands[(place + 2 * nth) % len(brands)]
            made.append(_Item(category, subcategory, brand, brand + name, float(price), ratio))
    return made


def _substitutes(category: Ints, later: npt.NDArray[np.bool_]) -> Ints:
    """For each product launched later, one of its category that was there from the start."""
    found = np.arange(len(category))
    for product in np.flatnonzero(later):
        earlier = np.flatnonzero((category == category[product]) & ~later)
        found[product] = earlier[product % len(earlier)]
    return found


def _edges(category: Ints, price: Ints, popularity: Floats) -> Floats:
    """Cumulative popularity by category and price level; segment s runs from s to s + 1."""
    parts: list[Floats] = []
    for code in range(len(CATEGORIES)):
        for taste in _LEVEL_TASTE:
            here = category == code
            weights = popularity[here] * (price[here] / 10_000) ** taste
            parts.append(len(parts) + np.cumsum(weights) / weights.sum())
    return np.concatenate(parts)
