"""What rivals of Batch Norm buy, seed by seed beside its parts, and how it depends on the age of its statistics."""

from collections.abc import Callable, Mapping

import numpy as np

Part = Mapping[str, np.ndarray]
Results = Mapping[str, Mapping[str, Part]]

# Networks whose statistics the gradient takes for constants, by how many steps lie between two readings of them.
AGES = {
    "1": "both_stopped",
    "2": "every_2",
    "5": "both_seldom",
    "20": "every_20",
    "80": "every_80",
    "never": "both_frozen",
}


def bought(results: Results, name: str, measure: Callable[[Part], np.ndarray]) -> np.ndarray:
    """`measure` (such as `largest` or `lowest` of `taken_apart`) of a rival or of a part of Batch Norm: (seed,).

    For the seeds that both experiments have.
    """
    rivals, parts = results["rivals"], results["taken_apart"]
    seeds = next(iter(rivals.values()))["loss"].shape[1]
    return measure((rivals if name in rivals else parts)[name])[:seeds]
