"""Names, telephone numbers and addresses of people who do not exist, and the raw accounts they were merged from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from semantic_layer.demo.codes import ACQUISITION, CHANNELS, GENDERS, SOURCES, TIERS, coded, nullable
from semantic_layer.demo.draws import Ints, Texts, blanked, pick, texts
from semantic_layer.demo.people import People
from semantic_layer.demo.purchases import Purchases
from semantic_layer.demo.season import Clock
from semantic_layer.demo.wording import Names
from semantic_layer.demo.world import World

_NO_PHONE, _NO_EMAIL, _TWO_CHARACTERS = 0.015, 0.22, 0.84
_SCRAMBLE = 7_368_787  # coprime to every number of telephone numbers below
_BLOCK = 100_000_000
_UNMERGED = 0.004
_PREFIXES = ("C", "EC", "APP", "POS", "SD")


@dataclass(frozen=True)
class Contacts:
    """The telephone number and address of each customer of a batch, None where unknown."""

    phone: Texts
    email: Texts


def customer_frame(world: World, people: People, tiers: Ints) -> tuple[pd.DataFrame, Contacts]:
    """The table `customers`, and how to reach each of them."""
    rng = world.stream(people.batch, "identities")
    names, places = world.names, world.places
    surname = pick(rng, names.weights, len(people))
    contacts = _contacts(rng, people, names.pinyin[surname], names)
    frame = pd.DataFrame(
        {
            "customer_id": people.ids,
            "customer_name": names.surnames[surname] + _given(rng, people.gender, names),
            "phone": contacts.phone,
            "email": contacts.email,
            "gender": coded(people.gender, GENDERS),
            "birth_date": people.birth,
            "city": places.cities[people.city],
            "province": places.provinces[people.city],
            "region": places.regions[people.city],
            "registered_at": world.clock.stamps(people.registered),
            "acquisition_channel": coded(people.acquisition, ACQUISITION),
            "acquisition_cost": people.acquisition_cost / 100,
            "referred_by": nullable(people.referred_by),
            "member_tier": coded(tiers, TIERS),
        }
    )
    return frame, contacts


def account_frame(world: World, people: People, purchases: Purchases, contacts: Contacts) -> pd.DataFrame:
    """The table `source_accounts`: the first made at registration, the others where and when the customer came."""
    rng = world.stream(people.batch, "accounts")
    has, created = _accounts(rng, people, purchases, world.clock)
    who, source = np.nonzero(has)
    number = people.ids[who] * 10 + rng.integers(0, 10, len(who))
    phone, email = contacts.phone[who], contacts.email[who]
    bare = rng.random(len(who)) < np.array([0.05, 0.15, 0.1, 0.1, 0.25])[source]
    anonymous = rng.random(len(who)) < np.array([0.05, 0.1, 0.45, 0.85, 0.3])[source]
    abroad = rng.random(len(who)) < 0.08
    with_code = np.array([None if p is None else "+86 " + p for p in phone], dtype=object)
    owner = np.where(rng.random(len(who)) < _UNMERGED, -1, people.ids[who])
    return pd.DataFrame(
        {
            "source_system": coded(source.astype(np.int64), SOURCES),
            "source_account_id": [
                f"{_PREFIXES[s]}{n:09d}" for s, n in zip(source.tolist(), number.tolist(), strict=True)
            ],
            "phone": blanked(np.where(abroad, with_code, phone), bare),
            "email": blanked(email, anonymous),
            "created_at": world.clock.stamps(created[who, source]),
            "customer_id": nullable(owner),
        }
    )


def _given(rng: np.random.Generator, gender: Ints, names: Names) -> Texts:
    size = len(gender)
    kind = np.where(rng.random(size) < 0.12, GENDERS.index("unknown"), gender)
    parts: list[Texts] = []
    for _ in range(2):
        drawn = [given[rng.integers(0, len(given), size)] for given in names.given]
        parts.append(np.choose(kind, drawn))
    found: Texts = parts[0] + np.where(rng.random(size) < _TWO_CHARACTERS, parts[1], "")
    return found


def _contacts(rng: np.random.Generator, people: People, pinyin: Texts, names: Names) -> Contacts:
    """No two alike: the number is a scrambled id."""
    size = len(people)
    numbers = people.ids * _SCRAMBLE % (len(names.phone_prefixes) * _BLOCK)
    prefixes = names.phone_prefixes[numbers // _BLOCK]
    digits = texts([f"{n:08d}" for n in (numbers % _BLOCK).tolist()])
    tails = texts([str(n) for n in (people.ids * 37 + 1000).tolist()])
    email = pinyin + tails + "@" + names.domains[rng.integers(0, len(names.domains), size)]
    return Contacts(
        phone=blanked(prefixes + digits, rng.random(size) < _NO_PHONE),
        email=blanked(email, rng.random(size) < _NO_EMAIL),
    )


def _accounts(
    rng: np.random.Generator, people: People, purchases: Purchases, clock: Clock
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.bool_]], np.ndarray[tuple[int, int], np.dtype[np.int64]]]:
    """Which systems know each customer, and since when."""
    size = len(people)
    has = np.zeros((size, len(SOURCES)), dtype=np.bool_)
    created = np.repeat(people.registered[:, None], len(SOURCES), axis=1)
    has[:, SOURCES.index("crm")] = True
    of_channel = {"app": "app", "web": "ecommerce", "mini_program": "app", "store": "pos", "marketplace": "ecommerce"}
    for channel, system in of_channel.items():
        place = SOURCES.index(system)
        here = np.flatnonzero(purchases.channel == CHANNELS.index(channel))[::-1]
        new = np.zeros(size, dtype=np.int64)
        new[purchases.who[here]] = purchases.at[here]
        known = new > 0
        created[:, place] = np.where(known & (~has[:, place] | (new < created[:, place])), new, created[:, place])
        has[:, place] |= known
    asked = purchases.who[purchases.ticket >= 0]
    desk = SOURCES.index("service_desk")
    has[asked, desk] = rng.random(len(asked)) < 0.8
    created[asked, desk] = np.minimum(purchases.at[purchases.ticket >= 0] + 1800, clock.end - 1)
    return has, created
