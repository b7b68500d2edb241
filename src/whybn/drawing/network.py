"""The pictures of one network, from what `whybn.look` measured on it: each a layout and a function that draws.

They take the data of a report as plain dictionaries, whatever measured them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whybn.drawing import marks, palette, words
from whybn.drawing.style import Layout, Panel

Data = Mapping[str, Any]
BATCH, OTHER, NONE = "batch_norm", "layer_norm", "plain"


@dataclass(frozen=True)
class Place:
    """One place of a network: what a layer gives, and what the normaliser right behind it makes of that.

    `before` and `after` are signals, one of them None where there is no such thing; `gradient` is that which arrives at
    the layer, `dead` the share of units that are silent behind it.
    """

    before: Data | None
    after: Data | None
    gradient: float | None
    dead: float | None
    pen: str


def places(layers: Sequence[Data]) -> list[Place]:
    """Join each normaliser with the layer in front of it, if it takes what that gives."""
    found: list[Place] = []
    last = None
    for layer in layers:
        if layer["before"] is None:
            found.append(Place(layer["after"], None, layer["gradient"], layer["dead"], NONE))
        else:
            pen = BATCH if "BatchNorm" in layer["kind"] else OTHER
            if last is not None and last["before"] is None and last["after"] == layer["before"]:
                found[-1] = Place(last["after"], layer["after"], last["gradient"], layer["dead"], pen)
            else:
                found.append(Place(layer["before"], layer["after"], layer["gradient"], layer["dead"], pen))
        last = layer
    return found


def own_pen(data: Data) -> str:
    """The pen of a network: that of the arm which it is most like."""
    kinds = [layer["kind"] for layer in data["layers"] if layer["before"] is not None]
    if not kinds:
        return NONE
    return BATCH if any("BatchNorm" in kind for kind in kinds) else OTHER


def draw_layers(data: Data, axes: Sequence[Panel]) -> None:
    """Size with spread, sameness, gradient and silent units, by layer; before and after each normaliser."""
    met = places(data["layers"])
    size, sameness, gradient, silent = axes
    for panel, title in zip(axes, ("Size", "Sameness", "Gradient", "Silent units"), strict=True):
        words.title(panel, title)
        panel.axes.set_xlim(0.25, len(met) + 0.75)
        words.few_ticks(panel, "x", 6)
        words.x_label(panel, "layer")
    words.y_label(size, "root mean square, and down to the spread")
    words.y_label(sameness, "share that all examples have in common")
    words.y_label(gradient, "norm, as it arrives at the layer")
    words.y_label(silent, "share that no example of the batch excites")
    for x, signals, pen, series in _series(met):
        held = {key: np.array([_number(one[key]) for one in signals]) for key in ("size", "spread", "sameness")}
        _dotted(size, x, held["size"], pen, f"{series}: size")
        lowest = np.maximum(held["spread"], held["size"] * DEEPEST)
        marks.strokes(size, x, lowest, held["size"], pen, f"{series}: spread", width=1.5)
        _dotted(sameness, x, held["sameness"], pen, series)
    words.key(size, {series: palette.pen(pen).role for _, _, pen, series in _series(met)})
    _decades(size, [bound for place in met for bound in _extent(place)])
    felt = np.array([_number(place.gradient) for place in met])
    _dotted(gradient, np.arange(1, len(met) + 1), felt, "ink", "gradient")
    _decades(gradient, felt)
    dead = np.array([_number(place.dead) for place in met])
    _dotted(silent, np.arange(1, len(met) + 1), dead, "ink", "silent")
    if not np.isfinite(dead).any():
        words.label(silent, (len(met) + 1) / 2, 0.5, "no ReLU behind a layer", "grey", ha="center")
    for panel in (sameness, silent):
        panel.axes.set_ylim(0, 1)
        words.few_ticks(panel, "y")


DEEPEST = 1e-6  # of the size: a stroke ends there, though the spread be smaller; it is where single precision ends


def _series(met: Sequence[Place]) -> Iterator[tuple[np.ndarray, list[Data], str, str]]:
    """The signals of one colour, with where they stand: those after a normaliser a little to the right."""
    yield np.arange(1, len(met) + 1), [place.before for place in met], NONE, "from the layer"
    for pen in (BATCH, OTHER):
        chosen = [(x + 0.3, place.after) for x, place in enumerate(met, start=1) if place.after and place.pen == pen]
        if chosen:
            yield (
                np.array([x for x, _ in chosen]),
                [one for _, one in chosen],
                pen,
                "from its Batch Norm" if pen == BATCH else "from its normaliser",
            )


def _extent(place: Place) -> list[float]:
    """What the axis of sizes must hold of a place."""
    signals = [one for one in (place.before, place.after) if one and one["size"]]
    return [bound for one in signals for bound in (one["size"], max(one["spread"], DEEPEST * one["size"]))]


def _dotted(panel: Panel, x: Sequence[float], y: Sequence[float], pen: str, series: str) -> None:
    """A thin line through dots that are the smaller the more there are."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    kept = np.isfinite(y)
    marks.line(panel, x[kept], y[kept], pen, series, width=marks.THIN)
    marks.points(panel, x[kept], y[kept], pen, series, size=5 if len(x) <= 30 else 3)


def _decades(panel: Panel, values: Sequence[float]) -> None:
    """A logarithmic y axis from one whole decade to another."""
    held = np.array([value for value in values if np.isfinite(value) and value > 0], dtype=float)
    if not len(held):
        return
    low, high = np.floor(np.log10(held.min())), np.ceil(np.log10(held.max()))
    high = max(high, low + 1)
    panel.axes.set_ylim(10**low, 10**high)
    words.decades(panel, "y", every=max(1, int(high - low) // (3 if panel.narrow else 4)))


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def draw_walk(data: Data, axes: Sequence[Panel]) -> None:
    """The loss after one step against the gradient, for each learning rate, in train and in eval mode."""
    (panel,) = axes
    walk = data["walk"]
    normalised = bool(data["statistics"])
    own = own_pen(data)
    words.title(panel, "Loss after one step")
    words.y_label(panel, "loss of this batch")
    here = _number(walk["train_here"])
    modes = [("train mode", "train", own)]
    modes += [("eval mode", "evaluation", "frozen_batch_norm")] if normalised else []
    held = [_number(walk[f"{key}_here"]) for _, key, _ in modes]
    highest = CEILING * np.nanmax(held)
    panel.axes.set_xlim(walk["rates"][0], walk["rates"][-1])
    panel.axes.set_ylim(0, highest)
    words.decades(panel, "x")
    for (name, key, pen), start in zip(modes, held, strict=True):
        x, y = _below(walk["rates"], walk[key], highest)
        marks.line(panel, x, y, pen, name)
        above = start >= max(held) and len(modes) > 1
        side = {"va": "bottom", "shift": (5, 3)} if above else {"va": "top", "shift": (5, -4)}
        words.label(panel, x[0], start, name, palette.pen(pen).role, **side)
    words.few_ticks(panel, "y")
    words.x_label(panel, "learning rate")
    marks.rule(panel, here, "without a step", above=False)


def _below(x: Sequence[float], y: Sequence[float | None], highest: float) -> tuple[np.ndarray, np.ndarray]:
    """A curve as far as it can be seen: to the first point above `highest`, which is cut off, or that is no number."""
    heights = np.array([np.inf if value is None else value for value in y])
    over = np.flatnonzero(heights > highest)
    end = over[0] + 1 if len(over) else len(heights)
    end -= int(not np.isfinite(heights[end - 1]))
    return np.asarray(x, dtype=float)[:end], heights[:end]


CEILING = 1.6  # of the loss without a step: nothing is drawn above


def draw_ingredients(data: Data, axes: Sequence[Panel]) -> None:
    """The loss, and the steps that lower it, with each ingredient of the normalisers switched off."""
    loss, longest = axes
    rows = data["ingredients"]
    rates = rows[0]["walk"]["rates"]
    words.title(longest, "Useful steps")
    words.y_label(longest, "learning rates that lower the loss")
    words.title(loss, "Loss")
    words.y_label(loss, "without a step")
    y = np.arange(len(rows))[::-1]
    for at, row in zip(y, rows, strict=True):
        pen = own_pen(data) if at == len(rows) - 1 else "ink"
        walk = row["walk"]
        if walk["longest"] is None:
            words.label(longest, rates[0], at, "none", "grey", shift=(5, 0))
        else:
            marks.strokes(longest, [at], [rates[0]], [walk["longest"]], pen, row["name"], upright=False, width=5)
        if walk["train_here"] is not None:
            marks.strokes(loss, [at], [0], [walk["train_here"]], pen, row["name"], upright=False, width=5)
    longest.axes.set_xlim(rates[0], rates[-1])
    words.decades(longest, "x")
    words.x_label(longest, "learning rate")
    loss.axes.set_xlim(0, None)
    words.few_ticks(loss, "x")
    words.x_label(loss, "loss of this batch")
    for panel in axes:
        panel.axes.set_ylim(-0.6, len(rows) - 0.4)
        words.named_ticks(panel, "y", y, [row["name"] for row in rows])
        panel.axes.tick_params(axis="y", length=0)


def draw_statistics(data: Data, axes: Sequence[Panel]) -> None:
    """By Batch Norm: how far the running mean stands, and how far the mean of another such batch would stray."""
    gap, enough = axes
    rows = data["statistics"]
    x = np.arange(1, len(rows) + 1)
    words.title(gap, "Running mean against this batch")
    words.y_label(gap, "distance, in standard deviations")
    away = np.array([_number(row["mean_gap"]) for row in rows])
    strays = np.array([_number(row["mean_noise"]) for row in rows])
    _dotted(gap, x, away, "frozen_batch_norm", "running mean")
    _dotted(gap, x, strays, "truth", "another batch of this size")
    gap.axes.set_ylim(0, 1.15 * np.nanmax([*away, *strays, 0.5]))
    words.few_ticks(gap, "y")
    ends = {"running mean": away[-1], "another batch": strays[-1]}
    words.end_labels(gap, len(rows), {name: end for name, end in ends.items() if np.isfinite(end)}, ENDS)
    words.title(enough, "Examples it takes")
    words.y_label(enough, "until statistics stray by less than a quarter")
    _dotted(enough, x, [row["enough"] for row in rows], "batch_norm", "examples it takes")
    held = [row["enough"] for row in rows] + [row["examples"] for row in rows]
    marks.rule(enough, rows[0]["examples"], "this batch")
    enough.axes.set_ylim(1, 2 * max(held))
    words.decades(enough, "y")
    for panel in axes:
        panel.axes.set_xlim(0.5, len(rows) + 0.5)
        words.few_ticks(panel, "x", 6)
        words.x_label(panel, "Batch Norm")


ENDS = {"running mean": "blue", "another batch": "grey"}


@dataclass(frozen=True)
class Picture:
    """A picture of a network as `whybn.drawing.style.picture` takes it."""

    LAYOUT: Layout
    draw: Callable[[Data, Sequence[Panel]], None]


PICTURES = {
    "layers": Picture(
        Layout(wide=(2, 2), narrow=(4, 1), row_height=130, narrow_row_height=72, share="", head=52), draw_layers
    ),
    "walk": Picture(Layout(wide=(1, 1), narrow=(1, 1), row_height=200), draw_walk),
    "ingredients": Picture(Layout(wide=(1, 2), narrow=(2, 1), row_height=110, share="", left=112), draw_ingredients),
    "statistics": Picture(
        Layout(wide=(1, 2), narrow=(2, 1), row_height=150, share="", between=62, right=84), draw_statistics
    ),
}


def drawable(data: Data) -> list[str]:
    """The names of the pictures that there is something to draw in."""
    finite = data["walk"]["train_here"] is not None
    return [name for name in PICTURES if data[name] and (finite or name == "layers")]
