"""Where two curves cross for good."""

import numpy as np


def crossing(ratio: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Where along `axis` (point,) a `ratio` (point, seed) falls below one and stays there: (seed,).

    Between two points the logarithms of both are joined by a straight line; infinite where the ratio ends above one, the
    first point where it never was above.
    """
    logs, places = np.log(ratio), np.log(axis)
    found = []
    for line in logs.T:
        above = np.flatnonzero(line >= 0)
        last = above[-1] if len(above) else -1
        if last == len(line) - 1:
            found.append(np.inf)
        elif last < 0:
            found.append(places[0])
        else:
            share = line[last] / (line[last] - line[last + 1])
            found.append(places[last] + share * (places[last + 1] - places[last]))
    return np.exp(np.array(found))
