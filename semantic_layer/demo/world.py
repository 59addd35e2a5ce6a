"""What all customers of one demo company share: its calendar, cities, products, campaigns and plants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from semantic_layer.demo.campaigns import Campaign, read_campaigns
from semantic_layer.demo.catalogue import Places, Products, read_places, read_products
from semantic_layer.demo.draws import stream
from semantic_layer.demo.plants import Plants, place_plants
from semantic_layer.demo.season import DAY, Clock, make_clock
from semantic_layer.demo.wording import Names, Phrases, read_names, read_phrases


@dataclass(frozen=True)
class World:
    """Made once a run, the same for every batch."""

    seed: int
    customers: int
    clock: Clock
    plants: Plants
    places: Places
    products: Products
    campaigns: tuple[Campaign, ...]
    names: Names
    phrases: Phrases

    def stream(self, batch: int, purpose: str) -> np.random.Generator:
        """The random numbers of one purpose in one batch."""
        return stream(self.seed, batch, purpose)


def make_world(seed: int, customers: int, as_of: date) -> World:
    """The company whose history ends with `as_of`."""
    clock = make_clock(as_of)
    return World(
        seed=seed,
        customers=customers,
        clock=clock,
        plants=place_plants(as_of),
        places=read_places(),
        products=read_products(seed, clock.end // DAY),
        campaigns=read_campaigns(clock),
        names=read_names(),
        phrases=read_phrases(),
    )
