"""How much a layer's gradient changes when the layers below take their step, along trainings of three networks."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("moving_target",)
LAYOUT = Layout(wide=(2, 3), narrow=(6, 1), row_height=(140, 110), between=22)
TITLES = {"sigmoid": "3 layers, sigmoid", "relu": "10 layers, ReLU", "linear": "25 layers, linear"}
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    networks = results["moving_target"]
    for column, (name, title) in enumerate(TITLES.items()):
        change, cosine = axes[column], axes[3 + column]
        words.title(change, title)
        if cosine.narrow:
            words.title(cosine, title)
        cosine.name = f"{title}, cosine"
        for arm in ARMS:
            _over_steps(change, networks[name], "relative", arm)
            _over_steps(cosine, networks[name], "cosine", arm)
        change.axes.set_ylim(0.003, 5)
        words.decades(change, "y")
        cosine.axes.set_ylim(-0.3, 1.06)
        words.named_ticks(cosine, "y", (0, 0.5, 1), ("0", "0.5", "1"))
        words.few_ticks(cosine, "x")
        words.x_label(cosine, "step")
        if change.narrow or column == 0:
            words.y_label(change, "relative change of the gradient")
            words.y_label(cosine, "cosine of before and after")
    end = networks["sigmoid"]["probe_at"][-1]
    words.label(axes[0], end, 0.006, pen("plain").label, "rust", ha="right", va="center")
    words.label(axes[0], end, 1, pen("batch_norm").label, "blue", ha="right", va="bottom")


def _over_steps(panel: Panel, network: dict[str, np.ndarray], what: str, arm: str) -> None:
    """Draw the mean over layers at the larger rate: median over seeds, second to second highest."""
    values = np.sort(network[f"{arm}_{what}"][..., -1].mean(1), axis=-1)
    marks.band(panel, network["probe_at"], values[:, 1], values[:, -2], arm)
    marks.line(panel, network["probe_at"], np.median(values, axis=-1), arm)
