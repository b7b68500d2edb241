"""The loss at the best learning rate for so long a training, against steps, at three depths."""

import numpy as np

from whybn.drawing import falls
from whybn.drawing.style import Panel

EXPERIMENTS = ("rates",)
LAYOUT = falls.LAYOUT


def draw(results: dict, axes: list[Panel]) -> None:
    steps = {arm: np.tile(part["steps"], (len(part["depths"]), 1)) for arm, part in results["rates"].items()}
    falls.draw(axes, results["rates"], steps, "training steps")
