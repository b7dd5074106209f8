"""
How far figures would move on other notes of the same kind: percentile intervals of the bootstrap.

Source: B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap, chapters 6 and 13. Where
customers are known, whole customers are drawn, for notes of one customer are alike: A. C. Davison and
D. V. Hinkley (1997), Bootstrap Methods and their Application, section 3.8.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from voctext.errors import InputError
from voctext.evaluate.counts import Counts, Figure, clusters_of
from voctext.statistics.estimate import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DRAWS = 2000
FEWEST_DRAWS = 1000
"""Fewer leave the ends of a 95 % interval to a handful of draws."""
LEVEL = 0.95
_AT_ONCE = 4_000_000
"""Numbers drawn at a time, which bounds the memory."""


def intervals_of(
    counts: Counts, customers: Sequence[str] | None = None, *, draws: int = DRAWS, seed: int = 0
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """
    Give the 95 % interval of each figure of *counts*, and how the intervals were made.

    An interval holds its figure: where the percentiles lie beside it, as they may with few notes, it is
    widened. Where all draws agree, as they do when every answer is right, the bootstrap has nothing to
    say and the interval is Wilson's.

    Raises:
        InputError: Fewer than 1,000 draws, or not one customer for each note.
    """
    import numpy as np

    if draws < FEWEST_DRAWS:
        raise InputError(f"{draws} draws; give {FEWEST_DRAWS} or more")
    clusters = clusters_of(customers, len(counts.rows))
    units = _units(counts.rows, clusters)
    drawn = counts.values(resampled(units, draws=draws, seed=seed))
    points = counts.points()
    sums = counts.rows.sum(axis=0)
    intervals = {}
    for figure in counts.figures:
        low, high = percentiles(drawn[figure.name])
        if not high > low:
            low, high = _alike(figure, sums, len(units))
        point = points[figure.name]
        intervals[figure.name] = [
            round(float(np.clip(x, 0, 1)), 4) for x in (min(low, point), max(high, point))
        ]
    unit = "notes" if clusters is None else "customers"
    return intervals, {"level": LEVEL, "draws": draws, "seed": seed, "drawn": unit, "units": len(units)}


def paired_draws(
    first: Counts, second: Counts, customers: Sequence[str] | None = None, *, draws: int, seed: int
) -> "tuple[dict[str, Floats], dict[str, Floats]]":
    """Give every figure of two readers in the same draws of the notes, by name, shape (draws,)."""
    import numpy as np

    if draws < FEWEST_DRAWS:
        raise InputError(f"{draws} draws; give {FEWEST_DRAWS} or more")
    columns = first.rows.shape[-1]
    both = np.concatenate([first.rows, second.rows], axis=-1)
    sums = resampled(_units(both, clusters_of(customers, len(both))), draws=draws, seed=seed)
    return first.values(sums[..., :columns]), second.values(sums[..., columns:])


def resampled(units: "Floats", *, draws: int, seed: int) -> "Floats":
    """
    Draw as many of *units* as there are, with replacement, and add them up; again and again.

    Args:
        units: What each adds, shape (units, …).
        draws: How often.
        seed: The same one gives the same draws.

    Returns:
        Sums of shape (draws, …).
    """
    import numpy as np

    flat = units.reshape(len(units), -1)
    sums = [times @ flat for times in _times(len(units), draws, np.random.default_rng(seed))]
    return np.concatenate(sums).reshape(draws, *units.shape[1:])


def _times(units: int, draws: int, rng: "np.random.Generator") -> "Iterator[Floats]":
    """Yield how often each unit is drawn, shape (some draws, units)."""
    import numpy as np

    step = max(1, _AT_ONCE // units)
    for first in range(0, draws, step):
        some = min(step, draws - first)
        places = rng.integers(units, size=(some, units)) + units * np.arange(some)[:, None]
        yield np.bincount(places.ravel(), minlength=some * units).reshape(some, units).astype(float)


def _units(rows: "Floats", clusters: "NDArray[np.int64] | None") -> "Floats":
    """Add up the rows of each cluster."""
    import numpy as np

    if clusters is None:
        return rows
    _, numbers = np.unique(clusters, return_inverse=True)
    units = np.zeros((int(numbers.max()) + 1, *rows.shape[1:]))
    np.add.at(units, numbers, rows)
    return units


def percentiles(values: "Floats") -> tuple[float, float]:
    """Give the ends of the middle 95 % of *values*, without those that are NaN; 0 and 1 if all are."""
    import numpy as np

    known = values[~np.isnan(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _alike(figure: Figure, sums: "Floats", units: int) -> tuple[float, float]:
    """
    Give Wilson's interval of a figure that no draw changes; of a mean, the mean of those of its parts.

    F1 = 2J / (1 + J), where J is the share of notes wanted or given that are both: that is a plain share.
    """
    ends = []
    for column in figure.columns:
        counted, out_of = (float(x) for x in sums[:, column])
        if not (out_of or figure.always):
            continue
        right, trials = (counted / 2, out_of - counted / 2) if figure.f1 else (counted, out_of)
        few = min(1.0, units / trials) if trials else 1.0  # no more is known than there are customers
        share = wilson(right * few, trials * few)
        ends.append([2 * x / (1 + x) if figure.f1 else x for x in (share.low, share.high)])
    if not ends:
        return 0.0, 1.0
    return sum(low for low, _ in ends) / len(ends), sum(high for _, high in ends) / len(ends)
