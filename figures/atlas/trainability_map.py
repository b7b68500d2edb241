"""Which pairs of initial gain and learning rate train the reference network, without and with Batch Norm."""

from whybn.drawing import maps, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel
from whybn.readings.atlas import cells, he, typical

EXPERIMENTS = ("atlas",)
LAYOUT = Layout(wide=(1, 2), narrow=(1, 2), row_height=250, narrow_row_height=190, between=16, under=44, left=44)
ARMS = {"plain": "rust", "batch_norm": "blue"}


def draw(results: dict, axes: list[Panel]) -> None:
    for panel, (arm, hue) in zip(axes, ARMS.items(), strict=True):
        part = results["atlas"][arm]
        gains, rates = part["gains"], part["rates"]
        maps.cells(panel, rates, gains, typical(part, -1), maps.LOSS_LEVELS, hue, series="median loss")
        maps.outline_row(panel, rates, gains, he(part))
        words.title(panel, pen(arm).label, hue)
        panel.name = f"{pen(arm).label}, {part['budgets'][-1]} steps"
        template = "{} cells train" if panel.narrow else "{} of {} settings train"
        names = [f"atlas.{arm}_cells_long", "atlas.cells"][: 1 if panel.narrow else 2]
        numbers = dict(zip(names, (cells(part), len(gains) * len(rates)), strict=False))
        words.y_label(panel, quoting(panel, template, numbers))
        if panel.narrow:
            words.named_ticks(panel, "x", [0.01, 0.1, 1], ["0.01", "0.1", "1"])
        else:
            words.decades(panel, "x")
        words.named_ticks(panel, "y", [0.1, 1, 10], ["gain 0.1", "He 1", "10"])
        words.x_label(panel, "learning rate")
    maps.key(axes[0], maps.LOSS_LEVELS, tuple(ARMS.values()), "loss", extra="diverged", hatched=True)
