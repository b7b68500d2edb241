"""The toy of two examples: gradient descent in the valley of the loss, with units as they are and with means subtracted."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel
from whybn.readings.two_examples import APART, SHARED, steps_needed

EXPERIMENTS = ("two_examples",)
LAYOUT = Layout(row_height=140, share="", left=2, foot=26)
PENS = {"plain": "plain", "centred": "batch_norm"}
TITLES = {"plain": "units as they are: solved in {} steps", "centred": "their means subtracted: {} step"}
LEVELS = (0.03, 0.12, 0.27, 0.48)  # twice the loss along each contour
WIDTH = (-0.25, 1.1)  # of the level axis
EDGE = 0.5  # of the contours where there is no end to them


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["two_examples"]
    goal = 1 / np.sqrt(arms["plain"]["curvature"][APART])
    for panel, (name, title) in zip(axes, TITLES.items(), strict=True):
        steps = steps_needed(arms[name])
        words.title(panel, quoting(panel, title, {f"two_examples.{name}_steps": steps}), pen(PENS[name]).role)
        _to_scale(panel)
        _contours(panel, arms[name]["curvature"], goal)
        along, across = arms[name]["weights"][: steps + 1, [APART, SHARED]].T
        marks.line(panel, along, across, PENS[name], "path", width=1.25)
        marks.points(panel, along, across, PENS[name], "after each step", size=6)
        words.label(panel, along[0], across[0], "start", pen(PENS[name]).role, ha="right", shift=(-8, 0))
        panel.axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        words.y_label(panel, "weight along what both share")
        panel.axes.set_xlabel("weight along what tells the two apart", loc="right", labelpad=5)


def _to_scale(panel: Panel) -> None:
    """Let both axes have one scale, so that the valley is as narrow as it is."""
    low, high = WIDTH
    box = panel.axes.get_window_extent()
    half = (high - low) / 2 * box.height / box.width
    panel.axes.set(xlim=WIDTH, ylim=(-half, half))


def _contours(panel: Panel, curvature: np.ndarray, goal: float) -> None:
    """Draw lines of equal loss: ellipses, or straight lines where what both share does not count."""
    turn = np.linspace(0, 2 * np.pi, marks.POINTS)
    for level in LEVELS:
        half = np.sqrt(level / curvature[APART])
        if curvature[SHARED] > 0:
            across = np.sqrt(level / curvature[SHARED])
            marks.line(panel, goal + half * np.cos(turn), across * np.sin(turn), "truth", "equal loss", width=marks.THIN)
        else:
            for place in (goal - half, goal + half):
                marks.line(panel, [place, place], [-EDGE, EDGE], "truth", "equal loss", width=marks.THIN)
