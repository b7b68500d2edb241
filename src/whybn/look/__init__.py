"""The article's measurements for a network of your own: see docs/your-network.md."""

from whybn.look.ingredients import ingredients
from whybn.look.layers import layers
from whybn.look.refusals import RefusedError
from whybn.look.report import Report, look
from whybn.look.statistics import statistics
from whybn.look.walk import walk

__all__ = ["RefusedError", "Report", "ingredients", "layers", "look", "statistics", "walk"]
