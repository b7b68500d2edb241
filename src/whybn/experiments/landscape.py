"""Loss on filter-normalised planes through the trained reference network, without and with Batch Norm.

Both arms start from the same weights, see the same mini-batches and use the same learning rate; the two directions
of a plane are drawn from the same random numbers in both arms and rescaled to each network's own weights.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import assemble, train
from whybn.measures.landscape import filter_normalised_direction, plane_losses

PARTS = ("plain", "batch_norm")
BUDGET = 5
LARGE_BUDGET = 70


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    steps: int = 400
    batch: int = 32
    width: int = 32  # units in a hidden layer
    rate: float = 0.05  # learning rate of both arms
    planes: int = 2  # random planes through each trained network
    points: int = 21  # along each side of a plane
    half_width: float = 1.0  # 1: as far as the weights themselves are long
    images: int = 256  # training images on which the loss is measured


FULL = Settings()
QUICK = replace(FULL, seeds=3, steps=60, planes=1, points=7, images=128)
LARGE = replace(FULL, width=64, images=1024)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm: offsets (point,); loss (seed, plane, row, column), infinite where it overflows."""
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    data = digits_for(seeds, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    trained = train(start, data, [settings.rate] * len(seeds))
    if (trained.diverged_at >= 0).any():
        raise ArithmeticError(f"{part} diverged at rate {settings.rate}; a landscape needs a trained network")
    members = torch.arange(len(seeds)).repeat_interleave(settings.planes)
    at = trained.ensemble.pick(members)
    plane_seeds = [1000 * seed + plane for seed in seeds for plane in range(settings.planes)]
    directions = tuple(
        filter_normalised_direction(at.parameters, [10 * seed + axis for seed in plane_seeds]) for axis in (0, 1)
    )
    images = data.training[:, : settings.images][at.seed_rows]
    offsets = torch.linspace(-settings.half_width, settings.half_width, settings.points).tolist()
    loss = plane_losses(architecture, at.parameters, directions, *data.at(images), offsets)
    shape = (len(seeds), settings.planes, settings.points, settings.points)
    return {"offsets": np.array(offsets), "loss": loss.nan_to_num(nan=torch.inf).view(shape).numpy()}
