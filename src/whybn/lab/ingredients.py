"""Batch Norm taken apart: arms that subtract, divide, or both, with fresh, stopped or held statistics.

All have scale and shift behind the normaliser, the plain one too, so that they differ in the normaliser alone.
"""

from whybn.lab.normalisers import Arm, Mean, Normaliser, Size

HELD = {"gradient": False, "every": None}


def subtract_and_divide(centre: Mean | None = None, divide: Size | None = None) -> Arm:
    """An arm of the factorial; without either, scale and shift alone."""
    return Arm(Normaliser(centre, divide) if centre or divide else None, affine=True)


INGREDIENTS: dict[str, Arm] = {
    "plain": subtract_and_divide(),
    "mean_only": subtract_and_divide(Mean()),
    "size_only": subtract_and_divide(None, Size(about_mean=False)),
    "spread_only": subtract_and_divide(None, Size()),
    "batch_norm": subtract_and_divide(Mean(), Size()),
    "mean_stopped": subtract_and_divide(Mean(gradient=False), Size()),
    "size_stopped": subtract_and_divide(Mean(), Size(gradient=False)),
    "both_stopped": subtract_and_divide(Mean(gradient=False), Size(gradient=False)),
    "mean_only_stopped": subtract_and_divide(Mean(gradient=False)),
    "size_only_stopped": subtract_and_divide(None, Size(gradient=False, about_mean=False)),
    "mean_frozen": subtract_and_divide(Mean(**HELD), Size()),
    "size_frozen": subtract_and_divide(Mean(), Size(**HELD)),
    "both_frozen": subtract_and_divide(Mean(**HELD), Size(**HELD)),
    "size_only_frozen": subtract_and_divide(None, Size(**HELD, about_mean=False)),
    "layer_mean_only": subtract_and_divide(Mean("example")),
    "rms_norm": subtract_and_divide(None, Size("example", about_mean=False)),
    "layer_norm": subtract_and_divide(Mean("example"), Size("example")),
    "mean_and_rms_norm": subtract_and_divide(Mean(), Size("example", about_mean=False)),
    "whole_layer_size": subtract_and_divide(None, Size("layer", about_mean=False)),
    "mean_and_whole_layer_size": subtract_and_divide(Mean(), Size("layer")),
}
