"""The numbers behind a live figure, as a script that its page can load, also from disk."""

import json

import numpy as np

DIGITS = 5  # significant ones kept of a number


def script(name: str, data: dict[str, object]) -> bytes:
    """Return what makes `data`, the arrays and words of figure `name`, known to the page.

    Raises ValueError, naming the entry, where something is neither.
    """
    entries = {key: _plain(value, f"explore() of figure {name}: '{key}'") for key, value in data.items()}
    text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return f"whybn.data.{name} = {text};\n".encode()


def _plain(value: object, where: str) -> object:
    """Return `value` as JSON has it: numbers rounded, one that is not finite as null."""
    if isinstance(value, str | bool | None):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item, f"{where}, '{key}'") for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray) and not (isinstance(value, np.ndarray) and value.ndim == 0):
        return [_plain(item, where) for item in value]
    if isinstance(value, int | np.integer | np.bool_):
        return value.item() if isinstance(value, np.generic) else value
    try:
        number = float(f"{float(value):.{DIGITS}g}")
    except (TypeError, ValueError):
        raise ValueError(f"{where} must be made of numbers and strings, not {value!r:.100}") from None
    if not np.isfinite(number):
        return None
    return int(number) if number == int(number) else number
