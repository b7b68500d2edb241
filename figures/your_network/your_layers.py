"""A deep network with the weights that PyTorch gives it, looked at layer by layer, as a reader would look at theirs."""

import numpy as np

from whybn.drawing import network
from whybn.drawing.style import Panel
from whybn.readings.definitions import typical_seed

EXPERIMENTS = ("your_network",)
SIGNAL = ("size", "sameness", "spread")
LAYOUT = network.PICTURES["layers"].LAYOUT


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["your_network"]["plain"]
    seed = typical_seed(part["gradient"][-2] / part["gradient"][0])
    signals = [dict(zip(SIGNAL, row, strict=True)) for row in np.stack([part[key][:, seed] for key in SIGNAL], 1)]
    dead = [*part["dead"][:, seed], None]
    rows = zip(signals, part["gradient"][:, seed], dead, strict=True)
    met = [{"kind": "Linear", "before": None, "after": one, "gradient": slope, "dead": share} for one, slope, share in rows]
    network.draw_layers({"layers": met}, axes)
