"""Two examples told apart by gradient descent: across what they share, and straight once their mean is subtracted."""

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.toy import steps

EXPERIMENTS = ("toy",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=150, head=28)


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    panel.name = "outputs"
    plain, centred = (results["toy"][arm] for arm in ("plain", "mean_only"))
    panel.axes.set(xlim=(-1.15, 1.15), ylim=(-0.3, 1.25))
    marks.rule(panel, 0, along="y")
    last = steps(plain)
    for part, arm in ((plain, "plain"), (centred, "mean_only")):
        path = part["path"][: steps(part) + 1]
        marks.line(panel, path[:, 0], path[:, 1], arm, width=1)
        marks.points(panel, path[:, 0], path[:, 1], arm, f"{arm}, steps")
    marks.points(panel, [0], [1], "ink", "goal", size=9)
    words.label(panel, 0, 1, "goal", "ink", shift=(9, 9))
    x, y = plain["path"][0]
    words.label(panel, x, y, f"{last} steps", "rust", shift=(-9, 10), ha="right")
    words.label(
        panel, 0, 0.3, "mean subtracted: one step" if steps(centred) == 1 else "mean subtracted", "blue", shift=(9, 0)
    )
    words.named_ticks(panel, "x", (-1, 0, 1), ("−1", "0", "1"))
    words.named_ticks(panel, "y", (0, 1), ("0", "1"))
    words.y_label(panel, "how far apart the outputs are")
    words.x_label(panel, "what the outputs share")
