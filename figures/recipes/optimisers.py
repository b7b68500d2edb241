"""The loss against the learning rate with plain gradient descent, momentum, Adam and warm-up."""

from whybn.drawing import valleys
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(2, 2), narrow=(2, 2), row_height=150, narrow_row_height=190, left=30, between=26, share="y")
OPTIMISERS = {"he": "gradient descent", "warm_up": "with warm-up", "momentum": "with momentum", "adam": "Adam"}


def draw(results: dict, axes: list[Panel]) -> None:
    valleys.compare(axes, results["recipes"], OPTIMISERS)
