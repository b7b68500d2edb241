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
    "both_frozen": subtract_and_divide(Mean(**HELD), Size(**HELD)),
    "rms_norm": subtract_and_divide(None, Size("example", about_mean=False)),
    "layer_norm": subtract_and_divide(Mean("example"), Size("example")),
    "group_norm": subtract_and_divide(Mean("group"), Size("group")),
    "mean_and_rms_norm": subtract_and_divide(Mean(), Size("example", about_mean=False)),
}
