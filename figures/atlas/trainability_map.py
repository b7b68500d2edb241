"""Which pairs of initial gain and learning rate train the reference network, after two budgets of steps."""

from whybn.drawing import maps, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.atlas import he, typical

EXPERIMENTS = ("atlas",)
LAYOUT = Layout(wide=(2, 2), narrow=(2, 2), row_height=180, between=16, under=44, left=44, columns_named=True)
ARMS = {"plain": "rust", "batch_norm": "blue"}


def draw(results: dict, axes: list[Panel]) -> None:
    budgets = results["atlas"]["plain"]["budgets"]
    places = [(row, arm, hue) for row in range(len(budgets)) for arm, hue in ARMS.items()]
    for panel, (row, arm, hue) in zip(axes, places, strict=True):
        part = results["atlas"][arm]
        gains, rates = part["gains"], part["rates"]
        maps.cells(panel, rates, gains, typical(part, row), maps.LOSS_LEVELS, hue, series="median loss")
        maps.outline_row(panel, rates, gains, he(part))
        if row == 0:
            words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, {budgets[row]} steps"
        words.y_label(panel, f"initial gain, {budgets[row]} steps" if panel.first_column else f"{budgets[row]} steps")
        if panel.narrow:
            words.named_ticks(panel, "x", [0.01, 0.1, 1], ["0.01", "0.1", "1"])
        else:
            words.decades(panel, "x")
        words.named_ticks(panel, "y", [0.1, 1, 10], ["0.1", "He 1", "10"])
        words.x_label(panel, "learning rate")
    maps.key(axes, maps.LOSS_LEVELS, tuple(ARMS.values()), "loss", extra="diverged", hatched=True)
