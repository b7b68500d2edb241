"""Another network on other data: eight convolutional layers on pictures of clothes, without and with Batch Norm.

All arms, Batch Norm with noise behind it (Santurkar et al. 2018) among them, are trained at the same learning rates
from the same weights. At the rate that is best without Batch Norm the loss is followed along the gradients of mini-batches
at three moments, without and with it; with it, also at the rate that is then best.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.convolution import Convolutional
from whybn.lab.data import Data, fashion_for
from whybn.lab.networks import initialise, on_gpu
from whybn.lab.training import Ensemble, assemble, evaluate, train
from whybn.measures.along_gradient import walk

NOISY = "noisy_batch_norm"
PARTS = ("plain", "batch_norm", "noisy_batch_norm")
BUDGET = 21
LARGE_BUDGET = 125


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    depth: int = 8  # convolutional layers
    channels: int = 8  # filters in each of them
    steps: int = 300
    batch: int = 32
    rate_decades: tuple[float, float] = (-2.0, 0.8)  # common logarithm of the lowest and highest learning rate
    rates: int = 8
    walk_rates: tuple[int, ...] = (3, 4)  # places of the rates at which walks are made: the best without, the best with
    walk_at: tuple[int, ...] = (10, 150, 250)  # early, middle, late
    walk_batches: int = 4  # mini-batches whose gradients are followed from each of these points
    walk_steps: tuple[float, ...] = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)  # lengths, in training steps
    loss_images: int = 1000  # training images on which the loss is taken
    whole: bool = False  # all 70,000 pictures instead of 5,000, on a GPU if there is one


FULL = Settings()
QUICK = replace(
    FULL, seeds=2, depth=4, steps=30, rates=3, walk_rates=(1, 1), walk_at=(5, 10, 20), walk_steps=(0.0, 1.0, 4.0)
)
LARGE = replace(FULL, channels=16, steps=900, walk_rates=(2, 4), walk_at=(10, 225, 750), whole=True)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    rates (rate,). loss (seed, rate): on `loss_images` training images after the last step, in train mode, with noise in
    the noisy arm, NaN where the member has diverged. Without noise also walk_at (moment,), walk_steps (length,),
    walk_rates (walk,) and walk_loss (walk, moment, length, seed, batch): along the gradients of the mini-batches that come
    next. The second walk is that of Batch Norm alone.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    rates = np.logspace(*settings.rate_decades, settings.rates)
    each = [seed for seed in seeds for _ in rates]
    architecture = Convolutional(depth=settings.depth, width=settings.channels, arm=part)
    start = assemble(architecture, on_gpu(initialise(architecture, each), wanted=settings.whole), each)
    data = fashion_for(seeds, settings.batch, settings.steps, settings.whole).to(start.seed_rows.device)
    walked = settings.walk_rates[:1] if part == "plain" else settings.walk_rates
    walks: list[torch.Tensor] = []

    def probe(step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        for place in walked:
            chosen = (members % settings.rates == place).nonzero()[:, 0]
            walks.append(_walk(settings, data, ensemble.pick(chosen), step, rates[place]))

    walk_at = () if part == NOISY else settings.walk_at
    trained = train(start, data, rates.tolist() * settings.seeds, probe=probe, probe_at=walk_at)
    chosen = data.training[:, : settings.loss_images]
    loss, _ = evaluate(trained.ensemble, data, chosen, training=True, noise_step=settings.steps)
    found = {"rates": rates, "loss": loss.view(settings.seeds, settings.rates).numpy(force=True)}
    if part == NOISY:
        return found
    return found | {
        "walk_at": np.array(settings.walk_at),
        "walk_steps": np.array(settings.walk_steps),
        "walk_rates": rates[list(walked)],
        "walk_loss": torch.stack(walks).unflatten(0, (-1, len(walked))).transpose(0, 1).numpy(force=True),
    }


def _walk(settings: Settings, data: Data, ensemble: Ensemble, step: int, rate: float) -> torch.Tensor:
    """Loss along the gradients of the mini-batches that come next: (length, seed, batch).

    Raises ArithmeticError where a member has diverged, as the walks compare networks that train.
    """
    if len(ensemble.seeds) != settings.seeds:
        raise ArithmeticError(f"a network diverged at rate {rate:.3g} before step {step}; walk at a lower rate")
    batches = settings.walk_batches
    each = ensemble.pick(torch.arange(settings.seeds).repeat_interleave(batches))
    index = data.order[step : step + batches].transpose(0, 1).reshape(settings.seeds * batches, -1)
    lengths = [rate * steps for steps in settings.walk_steps]
    return walk(each, *data.at(index), lengths).loss.view(-1, settings.seeds, batches)
