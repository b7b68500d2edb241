"""The loss at the best learning rate for so long a training, against the time it takes, at three depths."""

import numpy as np

from whybn.drawing import falls
from whybn.drawing.style import Panel
from whybn.readings.rates import lowest

EXPERIMENTS = ("rates", "step_time")
LAYOUT = falls.LAYOUT


def draw(results: dict, axes: list[Panel]) -> None:
    steps = results["rates"]["plain"]["steps"]
    turns = results["step_time"]["turns"]
    milliseconds = {arm: 1000 * np.median(turns[arm], axis=1)[:, None] * steps for arm in falls.ARMS}
    loss = {arm: lowest(part) for arm, part in results["rates"].items()}
    falls.draw(axes, results["rates"]["plain"]["depths"], loss, milliseconds, "milliseconds of one core")
