"""The loss against the learning rate from three common initialisations."""

from whybn.drawing import valleys
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), narrow_row_height=130, left=44)
SCHEMES = {"he": "He", "glorot": "Glorot", "default": "PyTorch’s default"}


def draw(results: dict, axes: list[Panel]) -> None:
    valleys.compare(axes, results["recipes"], SCHEMES)
