"""The article's measurements for a network of your own: see docs/your-network.md."""

from whybn.look.report import Report, look
from whybn.probes.ingredients import ingredients
from whybn.probes.layers import layers
from whybn.probes.refusals import RefusedError
from whybn.probes.statistics import statistics
from whybn.probes.walk import walk

__all__ = ["RefusedError", "Report", "ingredients", "layers", "look", "statistics", "walk"]
