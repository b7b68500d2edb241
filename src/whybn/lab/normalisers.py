"""The arms: what stands between a layer's linear map and its activation function.

Every normaliser takes the linear outputs of a whole ensemble, shape (member, batch, unit), and normalises each
member by itself. Members and units are flattened into channels so that the framework's fused kernels serve all
members in one call.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

EPSILON = 1e-5  # torch.nn's default, added to every variance
MOMENTUM = 0.1  # torch.nn's default weight of the newest batch in the running statistics
GROUPS = 4  # groups of units for Group Norm

Values = Float[Tensor, "member batch unit"]
PerUnit = Float[Tensor, "member unit"]


@dataclass
class Running:
    """Running statistics of one layer: mean and (unbiased) variance of each unit, updated in place in train mode."""

    mean: PerUnit
    variance: PerUnit


@dataclass(frozen=True)
class Context:
    """How a forward pass uses the normalisers.

    training: True uses the statistics of the batch at hand, False the running ones.
    momentum: weight of this batch in the running statistics.
    noise: for Noisy Batch Norm, draws (shift, factor) for the next layer; None means no noise, as at test time.
    ghost: for Batch Norm in train mode, examples that share their statistics (Hoffer et al. 2017); None means all.
    """

    training: bool
    momentum: float = MOMENTUM
    noise: Callable[[Values], tuple[Values, Values]] | None = None
    ghost: int | None = None


def _channels(values: Values) -> Float[Tensor, "batch channel"]:
    return values.transpose(0, 1).reshape(values.shape[1], -1)


def _members(channels: Float[Tensor, "batch channel"], like: Values) -> Values:
    return channels.view(like.shape[1], like.shape[0], like.shape[2]).transpose(0, 1).contiguous()


def batch_norm(z: Values, scale: PerUnit, shift: PerUnit, running: Running | None, context: Context) -> Values:
    """Batch Norm (Ioffe and Szegedy 2015, algorithm 1): each unit by its mean and variance over the mini-batch.

    With `running` given in train mode, the running statistics move in place; with None nothing is remembered.
    """
    if context.training and context.ghost is not None:
        return _ghost_batch_norm(z, scale, shift, running, context, context.ghost)
    return _members(
        F.batch_norm(
            _channels(z),
            None if running is None else running.mean.view(-1),
            None if running is None else running.variance.view(-1),
            scale.reshape(-1),
            shift.reshape(-1),
            context.training,
            context.momentum,
            EPSILON,
        ),
        z,
    )


def ghosts_in(z: Values, size: int | None) -> int:
    """How many ghosts of `size` examples a mini-batch holds; None: all are one. Raises ValueError for an incomplete one."""
    ghosts, rest = divmod(z.shape[1], size or z.shape[1])
    if rest:
        raise ValueError(f"groups of {size} do not fill a batch of {z.shape[1]}")
    return ghosts


def _ghost_batch_norm(
    z: Values, scale: PerUnit, shift: PerUnit, running: Running | None, context: Context, size: int
) -> Values:
    """Batch Norm of each `size` neighbours in the batch by themselves (Hoffer, Hubara and Soudry 2017).

    Each group moves the running statistics from where they were; their mean is kept.
    """
    members, _, units = z.shape
    groups = ghosts_in(z, size)

    def spread(values: PerUnit) -> Float[Tensor, "group_of_member unit"]:
        return values.repeat_interleave(groups, 0)

    moved = None if running is None else Running(spread(running.mean), spread(running.variance))
    grouped = z.reshape(members * groups, size, units)
    found = batch_norm(grouped, spread(scale), spread(shift), moved, replace(context, ghost=None))
    if running is not None:
        running.mean.copy_(moved.mean.view(members, groups, units).mean(1))
        running.variance.copy_(moved.variance.view(members, groups, units).mean(1))
    return found.view(z.shape)


def frozen_batch_norm(z: Values, scale: PerUnit, shift: PerUnit, running: Running | None, context: Context) -> Values:
    """Batch Norm with its statistics fixed once (after Page 2019; here scale and shift stay trainable).

    Only a pass with momentum 1, the calibration at the start, computes statistics.
    """
    calibrating = context.training and context.momentum == 1.0
    return batch_norm(z, scale, shift, running, Context(training=calibrating, momentum=1.0))


def l1_norm(z: Values, scale: PerUnit, shift: PerUnit, running: Running | None, context: Context) -> Values:
    """Batch Norm that divides by the mean absolute deviation (L1; after Santurkar et al. 2018, section 3.3)."""
    return _centred_norm(z, scale, shift, running, context, lambda centred: centred.abs().mean(1))


def linf_norm(z: Values, scale: PerUnit, shift: PerUnit, running: Running | None, context: Context) -> Values:
    """Batch Norm that divides by the largest absolute deviation (L-infinity; same source)."""
    return _centred_norm(z, scale, shift, running, context, lambda centred: centred.abs().amax(1))


def _centred_norm(
    z: Values,
    scale: PerUnit,
    shift: PerUnit,
    running: Running | None,
    context: Context,
    size_of: Callable[[Values], PerUnit],
) -> Values:
    """Subtract the mean, divide by a size of what is left; the running `variance` keeps the square of the size."""
    mean, square = (running.mean, running.variance) if running is not None else (None, None)
    if context.training:
        mean = z.mean(1)
        square = size_of(z - mean[:, None]).square()
        if running is not None:
            running.mean.lerp_(mean.detach(), context.momentum)
            running.variance.lerp_(square.detach(), context.momentum)
    factor = scale / (square + EPSILON).sqrt()
    return torch.addcmul(shift[:, None], z - mean[:, None], factor[:, None])


def layer_norm(z: Values, scale: PerUnit, shift: PerUnit, _running: Running | None, _context: Context) -> Values:
    """Layer Norm (Ba, Kiros and Hinton 2016): each example by the mean and variance over its units."""
    return torch.addcmul(shift[:, None], F.layer_norm(z, z.shape[-1:], eps=EPSILON), scale[:, None])


def group_norm(z: Values, scale: PerUnit, shift: PerUnit, _running: Running | None, _context: Context) -> Values:
    """Group Norm (Wu and He 2018): each example by the mean and variance over groups of its units."""
    normalised = F.group_norm(z.reshape(-1, z.shape[-1]), GROUPS, eps=EPSILON).view(z.shape)
    return torch.addcmul(shift[:, None], normalised, scale[:, None])


@dataclass(frozen=True)
class Arm:
    """One way to build a layer. `function` None means a plain layer: linear map with bias, nothing else."""

    function: Callable[[Values, PerUnit, PerUnit, Running | None, Context], Values] | None
    uses_batch: bool = False  # has running statistics
    noisy: bool = False  # adds noise to the pre-activations (after the normaliser) in train mode


ARMS: dict[str, Arm] = {
    "plain": Arm(None),
    "batch_norm": Arm(batch_norm, uses_batch=True),
    "noisy_batch_norm": Arm(batch_norm, uses_batch=True, noisy=True),
    "noisy_plain": Arm(None, noisy=True),
    "frozen_batch_norm": Arm(frozen_batch_norm, uses_batch=True),
    "l1_norm": Arm(l1_norm, uses_batch=True),
    "linf_norm": Arm(linf_norm, uses_batch=True),
    "layer_norm": Arm(layer_norm),
    "group_norm": Arm(group_norm),
}


def shifting_noise(seeds: list[int], step: int) -> Callable[[Values], tuple[Values, Values]]:
    """The noise of Santurkar et al. 2018 (section 2.2), new distributions at every step and layer.

    Per unit: mean m ~ U(-0.5, 0.5), deviation s ~ U(1, 1.25). Per example: shift ~ U(m - 0.1, m + 0.1) and
    factor ~ N(s, 0.1), taken as a standard deviation. Each call draws for the next layer. `seeds` holds one seed per
    member; members with the same seed get the same noise, so that arms stay paired.
    """
    unique = sorted(set(seeds))
    rows = torch.tensor([unique.index(seed) for seed in seeds])
    # NumPy draws these many small arrays several times as fast.
    streams = [np.random.default_rng((seed, step)) for seed in unique]

    def draw(like: Values) -> tuple[Values, Values]:
        _, batch, units = like.shape
        unit = np.empty((2, len(streams), 1, units), dtype=np.float32)
        example = np.empty((2, len(streams), batch, units), dtype=np.float32)
        for row, stream in enumerate(streams):
            stream.random(out=unit[0, row], dtype=np.float32)
            stream.random(out=unit[1, row], dtype=np.float32)
            stream.random(out=example[0, row], dtype=np.float32)
            stream.standard_normal(out=example[1, row], dtype=np.float32)
        shift = unit[0] - 0.6 + 0.2 * example[0]
        factor = 1 + 0.25 * unit[1] + 0.1 * example[1]
        return torch.from_numpy(shift)[rows].to(like), torch.from_numpy(factor)[rows].to(like)

    return draw
