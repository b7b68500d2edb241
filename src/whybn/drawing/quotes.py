"""Numbers that a figure marks or writes and that the page says, too: each by the name of what says it.

A name is MODULE.FACT for a fact, ID for a claim and ID.SETTING for one of its settings. A test draws every figure, holds
each quoted number against its fact or claim, and refuses a measured number that is marked or written without a name.
"""

from collections.abc import Mapping

from whybn.drawing.style import Panel, Quote


def quote(panel: Panel, name: str, value: float) -> float:
    """Note that `value`, about to be marked on the panel, is that of `name`; return it."""
    panel.quotes.append(Quote(name, float(value)))
    return float(value)


def quoting(panel: Panel, template: str, values: Mapping[str, float]) -> str:
    """Return a text for the panel: `template` with its fields filled, in order, from {name: value}."""
    text = template.format(*values.values())
    panel.quotes.extend(Quote(name, float(value), text) for name, value in values.items())
    return text
