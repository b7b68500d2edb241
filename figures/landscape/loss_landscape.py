"""Loss on random, rescaled planes through two trained reference networks, without and with Batch Norm."""

from whybn.drawing import maps, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("landscape",)
LAYOUT = Layout(wide=(1, 4), narrow=(2, 2), row_height=138, between=24, under=44)
ARMS = {"plain": "rust", "batch_norm": "blue"}
LEVELS = (0.3, 1, 3, 10, 30, 100, 300)  # of the loss


def draw(results: dict, axes: list[Panel]) -> None:
    pairs = [(arm, hue, seed) for arm, hue in ARMS.items() for seed in range(2)]
    for panel, (arm, hue, seed) in zip(axes, pairs, strict=True):
        part = results["landscape"][arm]
        offsets, loss = part["offsets"], part["loss"][seed, 0]
        maps.contours(panel, offsets, offsets, loss, LEVELS, hue, series="loss", mark=GUESSING)
        if seed == 0:
            words.title(panel, pen(arm).label)
            words.y_label(panel, "direction 2")
        panel.name = f"{pen(arm).label}, network {seed + 1}"
        words.few_ticks(panel, "x", 2)
        words.few_ticks(panel, "y", 2)
        if seed == 1:
            words.x_label(panel, "direction 1")
    maps.key(axes, LEVELS, tuple(ARMS.values()), "loss", extra="guessing", hatched=False)
