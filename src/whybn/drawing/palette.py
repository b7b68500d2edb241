"""Every colour of the project, for light and dark paper, and the pen that belongs to each arm.

Hue says what kind of network is drawn, dash says which variant. Figures name roles and pens, never
colours, so that one file can carry both schemes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from whybn.common.nearest import nearest

T = TypeVar("T")
SCHEMES = ("light", "dark")

# The one place where a colour is written down: the style sheet of the page. The link to it becomes a file in a wheel.
SHEET = Path(__file__).with_name("assets") / "palette.css"


def _roles(css: str) -> dict[str, tuple[str, str]]:
    """Read the colours that figures share with the page: {role: (light hex, dark hex)}."""
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in re.findall(r"scheme=[^{]*{([^}]*)}", css)]
    light, dark = schemes[: len(SCHEMES)]
    return {role: (light[role], dark[role]) for role in ("paper", "ink", "grey", "rust", "blue", "green")}


ROLES = _roles(SHEET.read_text(encoding="utf-8"))
RAMPS = ("grey", "rust", "blue")
SHADES = 8  # steps from paper (0) to the darkest shade (SHADES - 1)


@dataclass(frozen=True)
class Pen:
    """How one series is drawn everywhere: hue, dash (matplotlib's on-off pattern in px) and name."""

    role: str
    label: str
    dash: tuple[float, ...] = ()


PENS: dict[str, Pen] = {
    "plain": Pen("rust", "without Batch Norm"),
    "batch_norm": Pen("blue", "with Batch Norm"),
    "noisy_batch_norm": Pen("blue", "noisy Batch Norm", (6, 3)),
    "mean_only": Pen("blue", "the mean alone", (7, 2.5)),
    "size_only": Pen("blue", "the size alone", (1, 1.5)),
    "drifting": Pen("blue", "drift behind Batch Norm", (7, 2.5, 2.5, 2.5)),
    "mean_stopped": Pen("blue", "gradient ignores the mean", (5, 1.5, 1, 1.5)),
    "noisy_plain": Pen("rust", "noise without Batch Norm", (6, 3)),
    "frozen_batch_norm": Pen("blue", "frozen Batch Norm", (1.5, 2.5)),
    "batch_norm_after": Pen("blue", "Batch Norm after the activation", (4.5, 2)),
    "shared_batch_norm": Pen("blue", "one set of statistics", (3, 2)),
    "recomputed": Pen("blue", "statistics recomputed", (8, 2, 1.5, 2)),
    "l1_norm": Pen("blue", "mean deviation", (9, 2, 2, 2)),
    "linf_norm": Pen("blue", "largest deviation", (3.5, 2)),
    "layer_norm": Pen("green", "Layer Norm"),
    "group_norm": Pen("green", "Group Norm", (6, 3)),
    "truth": Pen("grey", "target"),
    "ink": Pen("ink", "measured"),
}


def lookup(table: dict[str, T], kind: str, name: str) -> T:
    """Return `table[name]`; raise a KeyError that names the nearest known name if there is none."""
    if name in table:
        return table[name]
    raise KeyError(f"no {kind} is called '{name}'{nearest(name, table)}")


def pen(name: str) -> Pen:
    """Return the pen called `name`; raise KeyError, with the nearest name, if there is none."""
    return lookup(PENS, "pen", name)


def hex_of(role: str, scheme: str = "light") -> str:
    """Return the colour of a role or shade (`rust-3`) in one scheme; raise KeyError if unknown."""
    return lookup(colours(), "colour role", role)[SCHEMES.index(scheme)]


@cache
def colours() -> dict[str, tuple[str, str]]:
    """Return every colour a figure may use: {role or shade: (light hex, dark hex)}, hexes distinct."""
    table = dict(ROLES)
    for hue in RAMPS:
        for step in range(1, SHADES):
            table[f"{hue}-{step}"] = tuple(_shade(hue, step / (SHADES - 1), k) for k in range(2))
    return table


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two hex colours, 1 to 21, as WCAG 2.1 defines it."""
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _shade(hue: str, share: float, scheme: int) -> str:
    """Mix paper, hue and ink in OKLab: the hue is met at two thirds, then it deepens towards ink."""
    paper, middle, ink = (_oklab(ROLES[role][scheme]) for role in ("paper", hue, "ink"))
    deep = [0.45 * a + 0.55 * b for a, b in zip(middle, ink, strict=True)]
    turn = 2 / 3
    start, end, part = (paper, middle, share / turn) if share < turn else (middle, deep, (share - turn) / (1 - turn))
    return _hex([a + part * (b - a) for a, b in zip(start, end, strict=True)])


def _linear(colour: str) -> list[float]:
    """Return linear red, green and blue in 0..1 of an sRGB hex colour."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# The matrices of OKLab (Ottosson 2020): equal steps in it look equally large, which mixing in sRGB does not.
_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_CONES = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def _times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def _oklab(colour: str) -> list[float]:
    return _times(_TO_LAB, [c ** (1 / 3) for c in _times(_TO_CONES, _linear(colour))])


def _hex(lab: list[float]) -> str:
    linear = _times(_FROM_CONES, [c**3 for c in _times(_FROM_LAB, lab)])
    clipped = [min(max(c, 0.0), 1.0) for c in linear]
    encoded = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in clipped]
    return "#" + "".join(f"{round(255 * c):02x}" for c in encoded)
