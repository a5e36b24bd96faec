"""How likely a count is by chance, and which of many counts are more than chance. No cache.

All tails are sums of positive terms, the largest first: nothing is lost by subtraction.
"""

from collections.abc import Sequence
from math import erfc, exp, lgamma, log, sqrt

FALSE_SHARE = 0.05
"""Expected share of false discoveries among those of `discoveries`."""

_NEGLIGIBLE = 1e-17


def tail(count: int, mean: float, dispersion: float) -> float:
    """Return the chance of at least `count` where a negative binomial distribution has that mean.

    Its variance is mean + mean² / dispersion: news come in bursts, so it is wider than chance.
    """
    if count <= 0 or mean <= 0:
        return 1.0 if count <= 0 else 0.0
    if count <= mean:  # the terms below are fewer, and the answer is not small
        return max(0.0, 1.0 - _below(count, mean, dispersion))
    share = mean / (mean + dispersion)
    term = exp(_log_chance(count, mean, dispersion))
    total = 0.0
    while term > total * _NEGLIGIBLE:
        total += term
        term *= share * (count + dispersion) / (count + 1)
        count += 1
    return min(total, 1.0)


def _below(count: int, mean: float, dispersion: float) -> float:
    return sum(exp(_log_chance(each, mean, dispersion)) for each in range(count))


def _log_chance(count: int, mean: float, dispersion: float) -> float:
    """Return the logarithm of the chance of exactly `count`."""
    ways = lgamma(count + dispersion) - lgamma(dispersion) - lgamma(count + 1)
    whole = log(mean + dispersion)
    return ways + dispersion * (log(dispersion) - whole) + count * (log(mean) - whole)


def two_sided(deviation: float) -> float:
    """Return the chance of a normal deviation at least as large, in either direction."""
    return erfc(abs(deviation) / sqrt(2))


def discoveries(chances: Sequence[float], false_share: float = FALSE_SHARE) -> list[int]:
    """Return the places of the chances that are too small to be chance, the smallest first.

    By Benjamini and Hochberg: of those returned, at most that share is expected to be false.
    """
    order = sorted(range(len(chances)), key=lambda place: (chances[place], place))
    found = 0
    for rank, place in enumerate(order, 1):
        if chances[place] <= false_share * rank / len(chances):
            found = rank
    return order[:found]
