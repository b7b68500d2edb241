"""How much a layer's gradient changes when the layers below take their step."""

import numpy as np


def by_time(network: dict[str, np.ndarray], arm: str, what: str) -> np.ndarray:
    """`relative` change of the gradient, or its `cosine`, at the larger rate, mean over layers: (time, seed)."""
    return network[f"{arm}_{what}"][..., -1].mean(1)
