"""The loss against the learning rate with plain gradient descent, momentum, Adam and warm-up."""

from whybn.drawing import valleys
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, left=44, share="y")
OPTIMISERS = {"he": "gradient descent", "warm_up": "with warm-up", "momentum": "with momentum", "adam": "Adam"}


def draw(results: dict, axes: list[Panel]) -> None:
    valleys.compare(axes, results["recipes"], OPTIMISERS)
