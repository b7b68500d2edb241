"""How numbers are displayed: digits, units, signs. Whatever a page says of a measurement goes through here.

Each function that shows a value takes `digits`, the number of its significant digits.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

NUMBER = re.compile(r"\d+(?:\.\d+)?")
MORE, LESS = "more than was measured", "less than was measured"


def number(value: float, digits: int = 2) -> str:
    """A number, written out, with thousands separated and a true minus sign."""
    if np.isinf(value):
        return MORE if value > 0 else LESS
    if value == 0:
        return "0"
    rounded = _rounded(value, digits)  # may have one power of ten more: 0.998 is 1.0
    decimals = max(0, digits - 1 - int(np.floor(np.log10(abs(rounded)))))
    return _signed(f"{rounded:,.{decimals}f}")


def whole(value: float, digits: int = 2) -> str:
    """A count, as in «57»."""
    return number(value) if np.isinf(value) else _signed(f"{round(_rounded(value, digits)):,}")


def times(value: float, digits: int = 2) -> str:
    """A ratio, as in «3.1 times»."""
    return f"{number(value, digits)} times"


def decades(value: float, digits: int = 2) -> str:
    """A width on a logarithmic scale, as in «1.7 decades»."""
    shown = number(value, digits)
    return f"{shown} decade" if read(shown) == 1 else f"{shown} decades"


def percent(value: float, digits: int = 2) -> str:
    """A share in whole percent, as in «54 %»; of more than half, the digits are those of what is missing from all.

    So a share of 0.97 is never shown as «100 %».
    """
    if np.isinf(value):
        return number(value)
    whole = 100 if 0.5 < value <= 1 else 0
    rounded = round(whole + _rounded(100 * value - whole, digits))
    return _signed(f"{rounded:,}\N{NARROW NO-BREAK SPACE}%")


def fine_percent(value: float, digits: int = 2) -> str:
    """A share with all its digits, as in «5.3 %»."""
    return f"{number(100 * value, digits)}\N{NARROW NO-BREAK SPACE}%"


def points(value: float, digits: int = 2) -> str:
    """A difference of two shares, as in «41 points»."""
    return f"{number(100 * value, digits)} points"


def degrees(value: float, digits: int = 2) -> str:
    """An angle in whole degrees, as in «73°»."""
    return f"{whole(value, digits)}°"


def read(shown: str) -> float:
    """The number that a display string shows, in the unit it is shown in: 54 for «54 %».

    Raises ValueError where there is none.
    """
    found = _digits(shown)
    if found:
        return -float(found) if f"\N{MINUS SIGN}{found[0]}" in shown else float(found)
    if shown.startswith((MORE, LESS)):
        return np.inf if shown.startswith(MORE) else -np.inf
    raise ValueError(f"the display string '{shown}' shows no number")


def agreed(
    show: Callable[[float, int], str],
    digits: int,
    sets: Sequence[Float[np.ndarray, "_"]],
    summary: Callable[[Float[np.ndarray, "_"]], float] = np.median,
) -> str:
    """What several sets of seeds agree on: their `summary` to as many of `digits` as are the same in all sets.

    So 347 and 352 agree on 350, 0.98 and 1.03 on 1.0. All sets count alike. Where not even the first digit is the same,
    it is the value of all seeds together, to one digit: «about 200 times». A leading 1 is no digit by itself, as 1.4
    and 0.6 would both be 1: beside it there is another, «about 1.2 times». A value that is itself a bound («at least
    3.2») is left without the word.
    """
    values = [float(summary(one)) for one in sets]
    fewest = min(digits, max(_fewest(show, value) for value in values))
    for count in range(digits, fewest - 1, -1):
        shown = [show(value, count) for value in values]
        coarsest = min(shown, key=_decimals) if count > 1 else shown[0]
        if all(_rounded_like(one, coarsest) == coarsest for one in shown):
            return coarsest
    pooled = float(summary(np.concatenate(sets)))
    together = show(pooled, min(digits, _fewest(show, pooled)))
    return together if together[0].isalpha() else f"about {together}"


def _fewest(show: Callable[[float, int], str], value: float) -> int:
    """The fewest digits that say how large a value is: two where the first of them is a 1, as in 1.4 and 180."""
    return 2 if _digits(show(value, 2)).lstrip("0.").startswith("1") else 1


def _decimals(shown: str) -> int:
    return len(_digits(shown).partition(".")[2])


def _rounded_like(shown: str, coarser: str) -> str:
    """A display string that has one decimal more than another, without it: 0.98 beside 1.0 is 1.0.

    Across a power of ten, as many digits are not as fine; nothing else differs by one decimal.
    """
    found = _digits(shown)
    decimals = _decimals(coarser)
    return shown.replace(found, f"{float(found):.{decimals}f}") if _decimals(shown) == decimals + 1 else shown


def _digits(shown: str) -> str:
    """The digits of the number that a string shows, without sign and commas; empty where it shows none."""
    found = NUMBER.search(shown.replace(",", ""))
    return found[0] if found else ""


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")


def _signed(shown: str) -> str:
    return shown.replace("-", "\N{MINUS SIGN}")
