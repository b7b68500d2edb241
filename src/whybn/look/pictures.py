"""The pictures of a report, drawn as those of the article are."""

from collections.abc import Mapping
from typing import Any

try:
    from whybn.drawing.network import PICTURES, drawable
    from whybn.drawing.style import NARROW, WIDE, picture
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"pictures need {error.name}, which is not installed: pip install 'whybn[pictures]'", name=error.name
    ) from error


def pictures(data: Mapping[str, Any], *, narrow: bool = False) -> dict[str, str]:
    """Every picture that there is something to draw in, {name: SVG}, for a column or, `narrow`, for a telephone."""
    width = NARROW if narrow else WIDE
    return {name: picture(PICTURES[name], data, width, name=f"look-{name}")[0].decode() for name in drawable(data)}
