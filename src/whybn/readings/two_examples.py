"""What is read off the worked toy of two examples."""

import numpy as np

SHARED, APART = 0, 1  # directions
REACHED = 0.01  # part of the first loss at which the toy counts as solved


def sameness(arm: dict[str, np.ndarray]) -> float:
    """Squared mean of the units over the examples, over their mean square, each summed over units."""
    examples = arm["examples"]
    return float(np.square(examples.mean(0)).sum() / np.square(examples).mean(0).sum())


def steps_needed(arm: dict[str, np.ndarray]) -> int:
    """Steps at the best rate until the loss is REACHED of the first."""
    return int((arm["loss"] <= REACHED * arm["loss"][0]).argmax())


def kept(arm: dict[str, np.ndarray]) -> float:
    """Part of what is missing along what tells the examples apart that one step at the largest stable rate leaves."""
    missing = 1 / np.sqrt(arm["curvature"][APART]) - arm["limit_weights"][:, APART]
    return float(missing[1] / missing[0])
