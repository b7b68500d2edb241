"""The reference network learns upright digits and is tested on the same digits, slanted.

The labels stay, the look changes: covariate shift on real images. Both arms, so that nobody believes Batch Norm
cures it.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import assemble, evaluate, train

PARTS = ("plain", "batch_norm")
BUDGET = 1
LARGE_BUDGET = 3


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    steps: int = 600
    batch: int = 32
    width: int = 32  # units in a hidden layer
    rate: float = 0.05  # learning rate of both arms
    slants: tuple[float, ...] = (-0.8, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 0.8)  # shear: columns per row
    shown: int = 6  # example images kept for the picture


FULL = Settings()
QUICK = replace(FULL, seeds=3, steps=100, slants=(-0.6, 0.0, 0.6), shown=3)
LARGE = replace(FULL, width=64, steps=1200)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    slants (slant,), accuracy (slant, seed): share of the test images classified rightly, in eval mode.
    examples (slant, image, 8, 8): test images of the first seed as grey levels from 0 to 1 (raw pixels, before
    standardisation).
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    data = digits_for(seeds, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    ensemble = train(start, data, [settings.rate] * len(seeds)).ensemble
    slanted = [slant(data.inputs, amount) for amount in settings.slants]
    tests = [replace(data, inputs=images) for images in slanted]
    accuracy = [evaluate(ensemble, test, test.test, training=False)[1] for test in tests]
    shown = data.test[0, : settings.shown]
    low, high = data.inputs.min(), data.inputs.max()
    examples = torch.stack([(images[shown] - low) / (high - low) for images in slanted])
    return {
        "slants": np.array(settings.slants),
        "accuracy": torch.stack(accuracy).numpy(),
        "examples": examples.view(len(settings.slants), -1, 8, 8).numpy(),
    }


def slant(images: torch.Tensor, amount: float) -> torch.Tensor:
    """Images (image, 64) sheared about their centre: each row moves `amount` columns more than the one below it.

    Bilinear between pixels; what enters from outside is background.
    """
    background = images.min()
    shear = torch.tensor([[1.0, amount, 0.0], [0.0, 1.0, 0.0]]).expand(len(images), -1, -1)
    grid = F.affine_grid(shear, [len(images), 1, 8, 8], align_corners=False)
    ink = (images - background).view(-1, 1, 8, 8)
    return F.grid_sample(ink, grid, align_corners=False).view(-1, 64) + background
