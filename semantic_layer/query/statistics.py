"""Intervals and tests of shares, means and their differences: a few lines each, with their source.

All intervals are of 95 %, all tests two-sided. None stands for what cannot be told: nobody to count, or no spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from math import erfc, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
LEVEL = 0.95
Z = _NORMAL.inv_cdf((1 + LEVEL) / 2)
POWER = 0.80


@dataclass(frozen=True)
class Estimate:
    """A number and the interval around it; `p_value` of the test that it is 0, where one is made."""

    value: float
    low: float | None
    high: float | None
    p_value: float | None = None


@dataclass(frozen=True)
class Sample:
    """How many values there are, their sum and the sum of their squares. Of a share, of ones and zeros."""

    count: float
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """The mean; a count of 0 has none."""
        return self.total / self.count

    @property
    def variance(self) -> float:
        """The variance of the sample (divided by n - 1)."""
        return max(0.0, (self.squares - self.total * self.mean) / (self.count - 1))

    def __sub__(self, other: Sample) -> Sample:
        return Sample(self.count - other.count, self.total - other.total, self.squares - other.squares)


def share_of(count: float, of: float) -> Estimate | None:
    """A share with Wilson's score interval (Wilson, JASA 22, 1927).

    >>> found = share_of(8, 10)
    >>> round(found.low, 4), round(found.high, 4)
    (0.4902, 0.9433)
    """
    if of <= 0:
        return None
    share, z = count / of, Z
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = 0.0 if count == 0 else middle - half, 1.0 if count == of else middle + half
    return Estimate(share, low, high)


def difference_of_shares(count: float, of: float, other: float, other_of: float) -> Estimate | None:
    """The first share less the other, with Newcombe's hybrid score interval (Newcombe, Statistics in Medicine 17, 1998,
    method 10) and the p-value of the z test with the pooled share."""
    one, two = share_of(count, of), share_of(other, other_of)
    if one is None or two is None or one.low is None or one.high is None or two.low is None or two.high is None:
        return None
    change = one.value - two.value
    low = change - sqrt((one.value - one.low) ** 2 + (two.high - two.value) ** 2)
    high = change + sqrt((one.high - one.value) ** 2 + (two.value - two.low) ** 2)
    pooled = (count + other) / (of + other_of)
    error = sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    p_value = erfc(abs(change) / error / sqrt(2)) if error > 0 else None
    return Estimate(change, low, high, p_value)


def difference_of_pairs(count: float, other: float, both: float, of: float) -> Estimate | None:
    """The share of `count` less that of `other` among the same `of` entities, of whom `both` are in both: Newcombe's
    score interval for pairs (Newcombe, Statistics in Medicine 17, 1998, pp. 2635-2650, method 10) and McNemar's test.

    >>> found = difference_of_pairs(48, 38, 36, 50)
    >>> [round(each, 4) for each in (found.value, found.low, found.high, found.p_value)]
    [0.2, 0.0569, 0.3404, 0.0075]
    """
    one, two = share_of(count, of), share_of(other, of)
    if one is None or two is None or one.low is None or one.high is None or two.low is None or two.high is None:
        return None
    only, other_only = count - both, other - both
    neither = of - both - only - other_only
    lean = both * neither - only * other_only
    lean = max(0.0, lean - of / 2) if lean > 0 else lean  # his correction for continuity
    margins = sqrt(count * (of - count) * other * (of - other))
    phi = lean / margins if margins > 0 else 0.0
    below, above = (one.value - one.low, two.high - two.value), (one.high - one.value, two.value - two.low)
    change = one.value - two.value
    low, high = (sqrt(max(0.0, a * a - 2 * phi * a * b + b * b)) for a, b in (below, above))
    apart = only + other_only
    p_value = erfc(abs(only - other_only) / sqrt(apart) / sqrt(2)) if apart > 0 else None
    return Estimate(change, change - low, change + high, p_value)


def difference_of_effects(one: tuple[float, ...], other: tuple[float, ...]) -> Estimate:
    """How far two differences of shares lie apart, each of them (count, of, other count, other of) from people of its
    own: the z test and interval with the variances added up (Altman and Bland, BMJ 326, 2003: interaction revisited).

    >>> found = difference_of_effects((30, 100, 20, 100), (20, 100, 20, 100))
    >>> [round(each, 4) for each in (found.value, found.low, found.high, found.p_value)]
    [0.1, -0.0628, 0.2628, 0.2286]
    """
    effects = [count / of - less / less_of for count, of, less, less_of in (one, other)]
    shares = [(count / of, of) for each in (one, other) for count, of in (each[:2], each[2:])]
    error = sqrt(sum(share * (1 - share) / of for share, of in shares))
    change = effects[0] - effects[1]
    p_value = erfc(abs(change) / error / sqrt(2)) if error > 0 else None
    return Estimate(change, change - Z * error, change + Z * error, p_value)


def mean_of(sample: Sample) -> Estimate | None:
    """A mean with Student's interval."""
    if sample.count <= 0:
        return None
    if sample.count < 2:
        return Estimate(sample.mean, None, None)
    half = _quantile(sample.count - 1) * sqrt(sample.variance / sample.count)
    return Estimate(sample.mean, sample.mean - half, sample.mean + half)


def difference_of_means(one: Sample, other: Sample) -> Estimate | None:
    """The first mean less the other with Welch's interval and test (Welch, Biometrika 34, 1947), which take no equal
    variances for granted."""
    if one.count <= 0 or other.count <= 0:
        return None
    change = one.mean - other.mean
    if one.count < 2 or other.count < 2:
        return Estimate(change, None, None)
    a, b = one.variance / one.count, other.variance / other.count
    if a + b == 0:
        return Estimate(change, change, change)
    error = sqrt(a + b)
    degrees = (a + b) ** 2 / (a * a / (one.count - 1) + b * b / (other.count - 1))
    half = _quantile(degrees) * error
    p_value = 2 * float(import_module("scipy.special").stdtr(degrees, -abs(change) / error))
    return Estimate(change, change - half, change + half, p_value)


def detectable(share: float, of: float, other_of: float) -> float | None:
    """The smallest difference from `share` that the z test would find four times in five: the two normal quantiles
    times the standard error at that share (Cohen, Statistical Power Analysis, 1988, 6.4, without his arcsine)."""
    if of <= 0 or other_of <= 0:
        return None
    return (Z + _NORMAL.inv_cdf(POWER)) * sqrt(share * (1 - share) * (1 / of + 1 / other_of))


def detectable_of_pairs(apart: float, of: float) -> float | None:
    """The same of pairs, of which a share `apart` differ: McNemar's test with as many of them (Miettinen, Biometrics
    24, 1968)."""
    return (Z + _NORMAL.inv_cdf(POWER)) * sqrt(apart / of) if of > 0 else None


def _quantile(degrees: float) -> float:
    # loaded for means alone, as it takes a while
    return float(import_module("scipy.special").stdtrit(degrees, (1 + LEVEL) / 2))
