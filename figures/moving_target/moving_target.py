"""How much a layer's gradient changes when the layers below take their step, along trainings of three networks."""

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.moving_target import by_time

EXPERIMENTS = ("moving_target",)
LAYOUT = Layout(wide=(2, 3), narrow=(6, 1), row_height=150, between=22, columns_named=True)
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
            for panel, what in ((change, "relative"), (cosine, "cosine")):
                marks.seeds(panel, networks[name]["probe_at"], by_time(networks[name], arm, what), arm)
        change.axes.set_ylim(0.003, 5)
        words.decades(change, "y")
        marks.rule(change, 1, "as long as the gradient" if name == "linear" else "")
        cosine.axes.set_ylim(-0.3, 1.06)
        words.named_ticks(cosine, "y", (0, 0.5, 1), ("0", "0.5", "1"))
        words.few_ticks(cosine, "x")
        words.x_label(cosine, "step")
        words.y_label(change, "relative change of the gradient")
        words.y_label(cosine, "cosine of before and after")
    end = networks["sigmoid"]["probe_at"][-1]
    words.label(axes[0], end, 0.03, pen("plain").label, "rust", ha="right", va="top")
    words.label(axes[0], end, 1.3, pen("batch_norm").label, "blue", ha="right", va="bottom")
