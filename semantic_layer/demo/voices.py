"""What customers say: survey answers after orders and tickets, and mentions in social media."""

from __future__ import annotations

import numpy as np
import pandas as pd

from semantic_layer.demo.codes import PLATFORMS, SENTIMENTS, SURVEYS, TOPICS, coded
from semantic_layer.demo.draws import Flags, Ints, Texts, pick
from semantic_layer.demo.people import People
from semantic_layer.demo.purchases import Purchases
from semantic_layer.demo.season import DAY
from semantic_layer.demo.service import Tickets
from semantic_layer.demo.wording import Phrases
from semantic_layer.demo.world import World

_NPS_SHARE, _CSAT_SHARE, _CSAT_AFTER_TICKET = 0.055, 0.035, 0.22
_COMMENTS = 0.4
_NPS_STAYS, _NPS_LEAVES, _NPS_HURT = (0.52, 0.30, 0.18), (0.28, 0.26, 0.46), (0.08, 0.17, 0.75)
_MENTIONS, _MENTIONS_IF_FAILED = 0.010, 0.20  # an order
_STRANGERS = 0.045  # mentions a customer by people who are not known
_PLATFORM_WEIGHTS = (0.28, 0.37, 0.22, 0.13)
_TOPIC_WEIGHTS = (0.36, 0.20, 0.18, 0.16, 0.10)
_SENTIMENT_STAYS, _SENTIMENT_LEAVES = (0.50, 0.32, 0.18), (0.24, 0.30, 0.46)


def answer_surveys(
    world: World, people: People, purchases: Purchases, tickets: Tickets, responses_before: int
) -> pd.DataFrame:
    """The table `survey_responses`, by time: NPS and CSAT after paid orders, CSAT after resolved tickets."""
    rng, clock = world.stream(people.batch, "surveys"), world.clock
    paid = purchases.status == 0
    nps = np.flatnonzero(paid & (rng.random(len(purchases)) < _NPS_SHARE))
    csat = np.flatnonzero(paid & (rng.random(len(purchases)) < _CSAT_SHARE))
    served = np.flatnonzero((tickets.resolved >= 0) & (rng.random(len(tickets.who)) < _CSAT_AFTER_TICKET))
    who = np.concatenate((purchases.who[nps], purchases.who[csat], tickets.who[served]))
    since = np.concatenate((purchases.at[nps] + 3 * DAY, purchases.at[csat] + DAY, tickets.resolved[served] + 3600))
    at = since + rng.exponential(3 * DAY, len(who)).astype(np.int64)
    hurt = purchases.failed | purchases.slow
    score = np.concatenate(
        (
            _nps(rng, purchases.last[nps], hurt[nps]),
            _csat(rng, purchases.last[csat], hurt[csat]),
            _csat(rng, tickets.complaint[served], tickets.responded[served] - tickets.opened[served] > DAY),
        )
    )
    survey = np.repeat([0, 1, 1], (len(nps), len(csat), len(served)))
    failed = np.concatenate((purchases.failed[nps], purchases.failed[csat], np.zeros(len(served), dtype=np.bool_)))
    frame = pd.DataFrame(
        {
            "customer_id": people.ids[who],
            "responded_at": clock.stamps(at),
            "survey": coded(survey, SURVEYS),
            "score": score,
            "comment": _comments(rng, survey, score, failed, world.phrases),
        }
    )
    return _by_time(frame, at, at < clock.end, "response_id", responses_before)


def gather_mentions(world: World, people: People, purchases: Purchases, mentions_before: int) -> pd.DataFrame:
    """The table `social_mentions`, by time; some authors are not known."""
    rng, clock = world.stream(people.batch, "mentions"), world.clock
    chance = np.where(purchases.failed, _MENTIONS_IF_FAILED, _MENTIONS)
    about = np.flatnonzero(rng.random(len(purchases)) < chance)
    strangers = int(rng.poisson(_STRANGERS * len(people)))
    at = np.concatenate(
        (
            purchases.at[about] + 3600 + rng.exponential(5 * DAY, len(about)).astype(np.int64),
            rng.integers(0, clock.end, strangers),
        )
    )
    size = len(at)
    failed = np.concatenate((purchases.failed[about], np.zeros(strangers, dtype=np.bool_)))
    leaves = np.concatenate((purchases.last[about] & (rng.random(len(about)) < 0.8), np.zeros(strangers, np.bool_)))
    mood = np.where(leaves, pick(rng, _SENTIMENT_LEAVES, size), pick(rng, _SENTIMENT_STAYS, size))
    mood = np.where(failed, SENTIMENTS.index("negative"), mood)
    topic = np.where(failed, TOPICS.index("logistics"), pick(rng, _TOPIC_WEIGHTS, size))
    author = np.concatenate((people.ids[purchases.who[about]], np.full(strangers, -1, dtype=np.int64)))
    frame = pd.DataFrame(
        {
            "customer_id": pd.arrays.IntegerArray(author, author == -1),
            "posted_at": clock.stamps(at),
            "platform": coded(pick(rng, _PLATFORM_WEIGHTS, size), PLATFORMS),
            "sentiment": coded(mood, SENTIMENTS),
            "topic": coded(topic, TOPICS),
            "content": _contents(rng, mood, topic, world.phrases),
        }
    )
    return _by_time(frame, at, at < clock.end, "mention_id", mentions_before)


def _nps(rng: np.random.Generator, leaves: Flags, hurt: Flags) -> Ints:
    """Promoters, passives and detractors; who is about to leave is rather a detractor."""
    size = len(leaves)
    band = np.where(leaves, pick(rng, _NPS_LEAVES, size), pick(rng, _NPS_STAYS, size))
    band = np.where(hurt, pick(rng, _NPS_HURT, size), band)
    scores = [9 + pick(rng, (0.45, 0.55), size), 7 + pick(rng, (0.4, 0.6), size)]
    scores.append(pick(rng, (0.04, 0.03, 0.06, 0.12, 0.15, 0.3, 0.3), size))
    return np.select([band == 0, band == 1], scores[:2], scores[2])


def _csat(rng: np.random.Generator, unhappy: Flags, hurt: Flags) -> Ints:
    mood = rng.normal(4.45, 0.85, len(unhappy)) - 0.5 * unhappy - 1.2 * hurt
    ratings: Ints = np.clip(np.round(mood), 1, 5).astype(np.int64)
    return ratings


def _comments(rng: np.random.Generator, survey: Ints, score: Ints, failed: Flags, phrases: Phrases) -> Texts:
    high, middle = np.where(survey == 0, score >= 9, score >= 4), np.where(survey == 0, score >= 7, score >= 3)
    band = np.select([high, middle, failed], [0, 1, 3], 2)
    found = np.full(len(score), None, dtype=object)
    speaks = rng.random(len(score)) < _COMMENTS
    for place, sentences in enumerate(phrases.survey):
        here = np.flatnonzero(speaks & (band == place))
        found[here] = sentences[rng.integers(0, len(sentences), len(here))]
    return found


def _contents(rng: np.random.Generator, mood: Ints, topic: Ints, phrases: Phrases) -> Texts:
    found = np.full(len(mood), None, dtype=object)
    for m, by_topic in enumerate(phrases.mentions):
        for t, sentences in enumerate(by_topic):
            here = np.flatnonzero((mood == m) & (topic == t))
            found[here] = sentences[rng.integers(0, len(sentences), len(here))]
    return found


def _by_time(frame: pd.DataFrame, at: Ints, keep: Flags, key: str, before: int) -> pd.DataFrame:
    kept = np.flatnonzero(keep)
    frame = frame.take(kept[np.argsort(at[kept], kind="stable")])
    frame.insert(0, key, before + 1 + np.arange(len(frame)))
    return frame
