"""The counts of a trial's arms, as the statement gives them, made differences with intervals, and their worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from semantic_layer.errors import QueryError
from semantic_layer.query.cautions import Caution, EffectsCompared, FewInArm, TrialsLackingAnArm, UnbalancedArms
from semantic_layer.query.problems import NoControl
from semantic_layer.query.result import Value
from semantic_layer.query.statistics import (
    Estimate,
    Z,
    detectable,
    detectable_of_pairs,
    difference_of_effects,
    difference_of_pairs,
    difference_of_shares,
)

Row = tuple[Value, ...]
SMALL, UNBALANCED = 30, 20  # the least of an arm; how many times the one may be as large as the other
EXTRA = "extra"  # the column of successes that the treatment brought, where there is an experiment


@dataclass(frozen=True)
class Trial:
    """How the counts are to be told: which of the amounts is set against the cost; where the arms are no
    experiment, nothing was brought by the difference. Of pairs, both arms are the same entities. Of the groups `limit`
    are kept, with `worst_first` those of the smallest difference."""

    name: str
    returns: int | None
    has_key: bool
    has_cost: bool
    is_experiment: bool
    is_paired: bool = False
    worst_first: bool = False
    limit: int | None = None


@dataclass(frozen=True)
class _Arms:
    key: Value
    trials: float
    lacking: float
    treated: float
    won: float
    controls: float
    controls_won: float
    both: float
    extra: float
    cost: float | None
    amounts: tuple[tuple[float, float | None], ...]


def lifted(rows: Sequence[Row], trial: Trial) -> tuple[tuple[Row, ...], tuple[Caution, ...]]:
    """A row for each group that has both arms, by their differences, and what is to be said; those too small to tell
    come last. Raises QueryError where none has."""
    arms = [_read(row) for row in rows]
    compared = [each for each in arms if each.treated and each.controls]
    if arms and not compared:
        raise QueryError(NoControl("trial", trial.name))
    sign = 1 if trial.worst_first else -1
    compared.sort(key=lambda each: sign * (each.won / each.treated - each.controls_won / each.controls))
    compared.sort(key=_is_small)
    compared = compared[: trial.limit]
    found = tuple(tuple(_cells(each, trial)) for each in compared)
    return found, tuple(_cautions(arms, compared, trial))


def _read(row: Row) -> _Arms:
    def number(value: Value) -> float:
        return float(value) if isinstance(value, int | float) else 0.0

    key, trials, lacking, treated, won, controls, controls_won, both, extra, cost, *rest = row
    pairs = zip(rest[::2], rest[1::2], strict=True)
    amounts = tuple((number(a), None if b is None else number(b)) for a, b in pairs)
    return _Arms(
        key=key,
        trials=number(trials),
        lacking=number(lacking),
        treated=number(treated),
        won=number(won),
        controls=number(controls),
        controls_won=number(controls_won),
        both=number(both),
        extra=number(extra),
        cost=None if cost is None else number(cost),
        amounts=amounts,
    )


def _cells(arms: _Arms, trial: Trial) -> Iterator[Value]:
    if trial.has_key:
        yield arms.key
    base = arms.controls_won / arms.controls
    apart, least = _difference(arms, base, is_paired=trial.is_paired)
    yield from (arms.treated, arms.controls, arms.won / arms.treated, base, apart.value, apart.low, apart.high)
    yield apart.value / base if base else None
    yield from (apart.p_value, least)
    if trial.is_experiment:
        yield arms.extra
    spans = [_span(value, variance) for value, variance in arms.amounts]
    for span in spans:
        yield from span
    if trial.has_cost:
        cost, gain = arms.cost, spans[trial.returns] if trial.returns is not None else (None, None, None)
        yield cost
        yield from ((each - cost) / cost if cost and each is not None else None for each in gain)


def _difference(arms: _Arms, base: float, *, is_paired: bool) -> tuple[Estimate, float | None]:
    """How far the arms lie apart, and the least that could have been seen."""
    if is_paired:
        apart = difference_of_pairs(arms.won, arms.controls_won, arms.both, arms.treated)
        least = detectable_of_pairs((arms.won + arms.controls_won - 2 * arms.both) / arms.treated, arms.treated)
    else:
        apart = difference_of_shares(arms.won, arms.treated, arms.controls_won, arms.controls)
        least = detectable(base, arms.treated, arms.controls)
    assert apart is not None, "both arms have members"
    return apart, least


def _span(value: float, variance: float | None) -> tuple[float | None, float | None, float | None]:
    """What was brought more, with its interval; none where an arm is a single one."""
    if variance is None:
        return value, None, None
    half = Z * sqrt(variance)
    return value, value - half, value + half


def _apart(compared: Sequence[_Arms], trial: Trial) -> Iterator[Caution]:
    """Of two groups, how far their effects lie apart."""
    if not trial.has_key or not trial.is_experiment or len(compared) != 2:
        return
    one, other = ((each.won, each.treated, each.controls_won, each.controls) for each in compared)
    found = difference_of_effects(one, other)
    if found.low is None or found.high is None or found.p_value is None:
        return
    points, low, high = (f"{each * 100:+.1f}" for each in (found.value, found.low, found.high))
    chance = "p<0.001" if found.p_value < 0.001 else f"p={found.p_value:.3f}"
    yield EffectsCompared("by", points, low, high, chance)


def _is_small(arms: _Arms) -> bool:
    return min(arms.treated, arms.controls) < SMALL


def _cautions(arms: Sequence[_Arms], compared: Sequence[_Arms], trial: Trial) -> Iterator[Caution]:
    yield from _apart(compared, trial)
    lacking = sum(each.lacking for each in arms)
    if lacking:
        yield TrialsLackingAnArm("trial", int(lacking))
    if any(map(_is_small, compared)):
        yield FewInArm("trial", SMALL)
    sizes = [(each.treated, each.controls) for each in compared]
    if any(max(pair) > UNBALANCED * min(pair) for pair in sizes):
        yield UnbalancedArms("trial", UNBALANCED)
