"""Two examples, two units and a linear output, small enough to follow by hand: why what examples share caps the rate.

One example is to be answered with +1, the other with -1. Gradient descent on all of it, as the units are and with their
means over the examples subtracted, each at the rate that is best for it; and as they are, at the largest rate that is
stable.
"""

from dataclasses import dataclass, replace

import numpy as np

PARTS = ("plain", "centred")
BUDGET = 1
ROUNDING = 1e-9  # relative size of what rounding leaves where there is nothing
TARGETS = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change; nothing is drawn at random."""

    shared: tuple[float, float] = (3.0, 3.0)  # the mean of both examples
    apart: tuple[float, float] = (1.0, -1.0)  # from the mean to the first example; at right angles to it
    answer: float = 1.0  # to both examples, before the first step
    steps: int = 30


FULL = Settings()
QUICK = replace(FULL, steps=25)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays: examples (example, unit) as the output sees them; curvature (direction,): of the loss along what the examples
    share and along what tells them apart. best_rate (), weights (step, direction), loss (step,): of the descent at the best
    rate, weights along those two directions. limit (), limit_weights (step, direction): at the largest rate that is stable.

    Raises ValueError where `shared` and `apart` are not at right angles or one of them is zero.
    """
    shared, apart = np.array(settings.shared), np.array(settings.apart)
    lengths = np.linalg.norm(shared), np.linalg.norm(apart)
    if not all(lengths) or abs(shared @ apart) > ROUNDING * np.prod(lengths):
        raise ValueError(f"shared {settings.shared} and apart {settings.apart} must be at right angles, and neither be zero")
    directions = np.stack([shared / lengths[0], apart / lengths[1]])
    start = settings.answer * shared / (shared @ shared)
    examples = np.stack([shared + apart, shared - apart])
    if part == "centred":
        examples = examples - examples.mean(0)
    curvature = np.einsum("di,ij,dj->d", directions, hessian(examples), directions)
    curvature[curvature < curvature.max() * ROUNDING] = 0
    bent = curvature[curvature > 0]
    best, limit = 2 / (bent.min() + bent.max()), 2 / bent.max()
    path = descend(examples, start, best, settings.steps)
    return {
        "examples": examples,
        "curvature": curvature,
        "best_rate": np.array(best),
        "weights": path @ directions.T,
        "loss": np.array([loss(examples, weights) for weights in path]),
        "limit": np.array(limit),
        "limit_weights": descend(examples, start, limit, settings.steps) @ directions.T,
    }


def loss(examples: np.ndarray, weights: np.ndarray) -> float:
    """Mean of half the squared errors."""
    return float(np.square(examples @ weights - TARGETS).mean() / 2)


def hessian(examples: np.ndarray) -> np.ndarray:
    """Second derivatives of `loss`, the same at all weights: (unit, unit)."""
    return examples.T @ examples / len(examples)


def descend(examples: np.ndarray, start: np.ndarray, rate: float, steps: int) -> np.ndarray:
    """Weights before each step of gradient descent and after the last: (step, unit)."""
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - rate * examples.T @ (examples @ path[-1] - TARGETS) / len(examples))
    return np.stack(path)
