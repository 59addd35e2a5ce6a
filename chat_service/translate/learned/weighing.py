"""Two readers' requests weighed: how likely each is right, and what of them is answered, asked about or offered.

The rules account for every word and know nothing of what people mean; the network knows that, and may pass a word over.
How much either is worth was measured on lists that neither had seen: `odds.toml`, the log-odds of each against that
none is right, so that requests that are both likely make each other less so (a multinomial logit: D. McFadden, 1974).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from chat_service.translate.learned.plain import is_against, is_less, is_same
from chat_service.translate.learned.reader import Guess, Opened
from semantic_layer import Model, Request

_LEAST = 1e-5  # of a chance: below, it tells no more
_SURE = 0.95  # nothing more is asked of what is as likely
_CLEAR = 0.5  # what is likelier than all others together is likelier than each
_SEVERAL = 2


@dataclass(frozen=True)
class Weighed:
    """A request that may be meant, how likely it is right (0..1), and whether the rules read it; None where no request
    is, so far as the network can tell: `asks` where more would have to be said."""

    request: Request | None
    sure: float
    by_rules: bool
    asks: bool = False


@dataclass(frozen=True)
class Situation:
    """What was read: the requests of the rules, several where they are torn; whether another was answered before, and
    whether the rules answered nothing; what they would answer without what they refused, which is weighed as well, and
    the text of that; its sentences, each by itself."""

    rules: tuple[Request, ...]
    follows: bool
    refused: bool
    without: Request | None = None
    rest: str = ""
    sentences: Callable[[], tuple[Opened, ...]] = tuple

    @property
    def read(self) -> tuple[Request, ...]:
        """What the rules read of the words for certain: the one request, or that without what they refused."""
        own = self.rules if len(self.rules) == 1 else (self.without,)
        return tuple(each for each in own if each is not None)


@dataclass(frozen=True)
class Candidate:
    """A request that was read, and what is known of it, by the names of `odds.toml`."""

    request: Request
    by_rules: bool
    known: Mapping[str, float]


def weighed(
    opened: Opened, situation: Situation, model: Model, compiles: Callable[[Request], bool]
) -> tuple[Weighed, ...]:
    """What may be meant, the likeliest first; that no request is, where the rules read none and the network none."""
    guesses = _guesses(opened, situation)
    if not situation.rules and guesses and guesses[0].request is None and guesses[0].chance > _CLEAR:
        return (Weighed(None, guesses[0].chance, by_rules=False, asks=guesses[0].asks),)
    found = _candidates(guesses, opened, situation, model, compiles)
    told = _told(found)
    return told if not told or told[0].sure > _SURE else _told(_alone(found, situation))


def _told(found: Sequence[Candidate]) -> tuple[Weighed, ...]:
    told = [(each, _odds_of(each.known)) for each in found]
    all_odds = 1 + sum(odds for _, odds in told)
    sure = (Weighed(each.request, odds / all_odds, each.by_rules) for each, odds in told)
    return tuple(sorted(sure, key=lambda each: -each.sure))[: 1 + _SEVERAL]


def _alone(found: Sequence[Candidate], situation: Situation) -> tuple[Candidate, ...]:
    """With what the network gives to each where it reads one of several sentences by itself: looked at where nothing
    else is sure, as it takes as long as reading the whole."""
    sentences = situation.sentences() if found else ()
    chances = (
        max((one.chance(each.request) for one in sentences if one.can_tell(each.request)), default=0.0)
        for each in found
    )
    return tuple(
        replace(each, known={**each.known, "alone": chance}) for each, chance in zip(found, chances, strict=True)
    )


def candidates(
    opened: Opened, situation: Situation, model: Model, compiles: Callable[[Request], bool]
) -> tuple[Candidate, ...]:
    """All that is weighed, with what it is weighed by."""
    return _alone(_candidates(_guesses(opened, situation), opened, situation, model, compiles), situation)


def _guesses(opened: Opened, situation: Situation) -> tuple[Guess, ...]:
    """What the network reads; nothing else is looked for where it gives most to what the rules read. What was answered
    before is no answer to something else, whatever the rules read."""
    clear = len(situation.rules) == 1 and opened.chance(situation.rules[0]) > _CLEAR
    found = () if clear else opened.guesses()
    return tuple(each for each in found if not (each.again and situation.rules))


def _candidates(
    guesses: Sequence[Guess],
    opened: Opened,
    situation: Situation,
    model: Model,
    compiles: Callable[[Request], bool],
) -> tuple[Candidate, ...]:
    found = [(each, opened.chance(each)) for each in situation.rules]
    own = {id(each) for each in situation.rules}
    if situation.without is not None and not opened.is_amiss(situation.without):
        found.append((situation.without, opened.chance(situation.without)))
    for guess in guesses:
        if guess.request is not None:
            found = _added(found, guess, opened, model, ordered=situation.follows)
    none = sum(each.chance for each in guesses if each.request is None)
    told = []
    for each, chance in found:
        by_rules = id(each) in own
        offered = not by_rules and _is_offered(each, situation, model)
        turns = 0 if by_rules else opened.unsaid(each, situation.rest if offered else None)
        turns += not by_rules and _is_against(each, situation, model)
        out = len(opened.left_out(each)), opened.unheld(each), turns
        if by_rules or compiles(each):
            known = _known(chance, none, out, situation, by_rules=by_rules)
            less = not by_rules and _leaves_out(each, situation, model)
            told.append(
                Candidate(each, by_rules, {**known, "without": offered and not turns, "less": less, "alone": 0})
            )
    return tuple(told)


def _is_offered(each: Request, situation: Situation, model: Model) -> bool:
    """Whether a request is what the rules offer without what they refused."""
    return situation.without is not None and is_same(each, situation.without, model, ordered=False)


def _is_against(guess: Request, situation: Situation, model: Model) -> bool:
    """Whether a guess holds the opposite of what the rules read of its words."""
    return any(is_against(guess, each, model) for each in situation.read)


def _leaves_out(guess: Request, situation: Situation, model: Model) -> bool:
    """Whether a guess is what the rules read without one of its parts: they account for the words."""
    return any(is_less(guess, each, model) for each in situation.read)


def _added(
    found: Sequence[tuple[Request, float]], guess: Guess, opened: Opened, model: Model, *, ordered: bool
) -> list[tuple[Request, float]]:
    """With a guess: its chance is added to that of a request that asks for the same in other words."""
    assert guess.request is not None, "what is no request is not added"
    for number, (own, chance) in enumerate(found):
        if is_same(own, guess.request, model, ordered=ordered):
            more = 0.0 if opened.words(own) == opened.words(guess.request) else guess.chance
            return [*found[:number], (own, chance + more), *found[number + 1 :]]
    return [*found, (guess.request, guess.chance)]


def _known(
    chance: float, none: float, out: tuple[int, int, int], situation: Situation, *, by_rules: bool
) -> dict[str, float]:
    """`out`: how many things and measures are named and not held, and how many words that turn a request."""
    chance = min(1 - _LEAST, max(_LEAST, chance))
    likely = math.log(chance / (1 - chance))
    return {
        "plain": 1,
        "likely": likely,
        "none": none,
        "rules": by_rules,
        "rules_likely": by_rules * likely,
        "torn": by_rules and len(situation.rules) > 1,
        "rival": not by_rules and bool(situation.rules),
        "rival_follows": not by_rules and bool(situation.rules) and situation.follows,
        "left_out": min(_SEVERAL, out[0]),
        "unheld": min(_SEVERAL, out[1]),
        "unsaid": min(_SEVERAL, out[2]),
        "follows": situation.follows,
        "refused": situation.refused,
    }


def _odds_of(known: Mapping[str, float]) -> float:
    odds = _odds()
    return math.exp(sum(odds[name] * value for name, value in known.items()))


@lru_cache(maxsize=1)
def _odds() -> dict[str, float]:
    return tomllib.loads(files(__package__).joinpath("odds.toml").read_text(encoding="utf-8"))


__all__ = ["Candidate", "Situation", "Weighed", "candidates", "weighed"]
