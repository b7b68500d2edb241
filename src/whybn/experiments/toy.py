"""The smallest case in which the mean is in the way: two examples, two inputs, one linear output, worked by hand.

The examples are c + d and c - d, with c at right angles to d; their targets are plus one and minus one. The loss is the mean
of half the squared errors. Its Hessian is c c' + d d': it bends by |c|^2 along what the examples share and by |d|^2 along
what tells them apart. So gradient descent is stable below a rate of two over the larger of both, and at a rate r the error
along d shrinks by 1 - r |d|^2 with every step. Subtracting the mean of the examples leaves d and -d.
"""

from dataclasses import dataclass

import numpy as np

PARTS = ("plain", "mean_only")
BUDGET = 1
TARGETS = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0  # nothing here is random
    shared: float = 3.0  # length of c
    apart: float = 1.0  # length of d
    limit: float = 0.9  # learning rate without the mean subtracted, as a part of the largest stable one
    steps: int = 12


FULL = QUICK = Settings()


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    ratio (): length of c over that of d. rate (): plain, `limit` times the largest stable one; with the mean subtracted, the
    one that goes straight to the goal. path (step, output): half the sum of the two outputs, which should be 0, and half
    their difference, which should be 1, from the first weights on. error (step,): root mean square over both examples.
    """
    shared, apart = np.array([settings.shared, 0.0]), np.array([0.0, settings.apart])
    inputs = np.stack([shared + apart, shared - apart])
    largest = settings.shared**2
    rate = settings.limit * 2 / largest
    if part == "mean_only":
        inputs = inputs - inputs.mean(0)
        rate = 1 / settings.apart**2
    weights = np.array([1 / settings.shared, 0.0])  # the outputs start at one for both, where nothing is subtracted
    outputs = []
    for _ in range(settings.steps + 1):
        outputs.append(inputs @ weights)
        weights = weights - rate * (outputs[-1] - TARGETS) @ inputs / 2
    found = np.stack(outputs)
    return {
        "ratio": np.array(settings.shared / settings.apart),
        "rate": np.array(rate),
        "path": np.stack([found.sum(1), found[:, 0] - found[:, 1]], 1) / 2,
        "error": np.sqrt(np.square(found - TARGETS).mean(1)),
    }
