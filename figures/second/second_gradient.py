"""A convolutional network on other data: loss along the gradient of one mini-batch, at three moments of a training."""

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.walks import per_seed

EXPERIMENTS = ("second",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=170, narrow_row_height=120)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["second"]
    part = arms["plain"]
    for moment, (panel, step) in enumerate(zip(axes, part["walk_at"], strict=True)):
        words.title(panel, f"step {step}")
        for arm in ARMS:
            marks.seeds(panel, part["walk_steps"], per_seed(arms[arm]["walk_loss"][0, moment]), arm)
        words.y_label(panel, "loss on the same mini-batch")
        words.x_label(panel, "step length, in training steps")
    axes[0].axes.set_ylim(0, None)
    words.few_ticks(axes[0], "x")
    words.few_ticks(axes[0], "y")
    words.label(axes[-1], 1.5, 1.9, "without", "rust", ha="center")
    words.label(axes[-1], 2, 0.25, "with Batch Norm", "blue", ha="center")
