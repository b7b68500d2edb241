"""How numbers are displayed: digits, units, signs. Whatever a page says of a measurement goes through here."""

import numpy as np


def number(value: float, digits: int = 2) -> str:
    """A number to `digits` significant digits, written out, with thousands separated and a true minus sign."""
    if np.isinf(value):
        return "more than was measured"
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")  # may have one power of ten more: 0.998 is 1.0
    decimals = max(0, digits - 1 - int(np.floor(np.log10(abs(rounded)))))
    return f"{rounded:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def times(value: float) -> str:
    """A ratio, as in «3.1 times»."""
    return f"{number(value)} times"


def decades(value: float) -> str:
    """A width on a logarithmic scale, as in «1.7 decades»."""
    return f"{number(value)} decade" if number(value) == "1.0" else f"{number(value)} decades"


def percent(value: float) -> str:
    """A share, as in «54 %»."""
    return f"{100 * value:.0f}\N{NARROW NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")


def fine_percent(value: float) -> str:
    """A share to two digits, as in «5.3 %»."""
    return f"{number(100 * value)}\N{NARROW NO-BREAK SPACE}%"


def points(value: float) -> str:
    """A difference of two shares, as in «41 points»."""
    return f"{number(100 * value)} points"


def degrees(value: float) -> str:
    """An angle, as in «73°»."""
    return f"{value:.0f}°".replace("-", "\N{MINUS SIGN}")
