"""What is known of PyTorch's modules: which are layers, which are normalisers, and what they average over."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.instancenorm import _InstanceNorm

MAPS = (nn.Linear, nn.Bilinear, _ConvNd, nn.MultiheadAttention, nn.RNNBase, nn.RNNCellBase)
NORMALISERS = (_BatchNorm, _InstanceNorm, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)
# Functions after which a unit can be silent for good; their modules call these, too.
RECTIFIERS = {torch.relu, torch.relu_, Tensor.relu, Tensor.relu_, nn.functional.relu, nn.functional.relu6}


@dataclass(frozen=True)
class Statistics:
    """What a normaliser subtracts and divides by, shaped to be broadcast against its inputs."""

    mean: Tensor
    variance: Tensor


def unit_axis(module: nn.Module, values: Tensor) -> int:
    """The axis of a module's outputs along which its units lie; all other axes count as examples."""
    channels = (_ConvNd, _BatchNorm, _InstanceNorm, nn.GroupNorm)
    if isinstance(module, channels):
        return 1
    if isinstance(module, (nn.LayerNorm, nn.RMSNorm)):
        return values.dim() - len(module.normalized_shape)
    return -1


def by_unit(values: Tensor, axis: int) -> Tensor:
    """The same values as (example, unit), with every position counted as an example."""
    return values.movedim(axis, -1).flatten(0, -2)


def uses_batch(module: nn.Module) -> bool:
    """Whether a module normalises by the statistics of the batch it is given, in the mode that it is in."""
    return isinstance(module, _BatchNorm) and (module.training or module.running_mean is None)


def is_ordinary(module: nn.Module) -> bool:
    """Whether a normaliser computes what PyTorch's own does: no subclass with a pass of its own."""
    own = next(kind for kind in type(module).__mro__ if kind.__module__.startswith("torch.nn.modules"))
    return type(module).forward is own.forward


def statistics_of(module: nn.Module, values: Tensor) -> Statistics:
    """What the normaliser takes from `values` in the mode that it is in."""
    if isinstance(module, _BatchNorm) and not uses_batch(module):
        shape = [1, -1] + [1] * (values.dim() - 2)
        return Statistics(module.running_mean.view(shape), module.running_var.view(shape))
    split, together = _groups(module, values)
    mean = split.mean(together, keepdim=True)
    if isinstance(module, nn.RMSNorm):
        return Statistics(torch.zeros_like(mean), split.square().mean(together, keepdim=True))
    return Statistics(mean, split.var(together, correction=0, keepdim=True))


def normalised(module: nn.Module, values: Tensor, chosen: Statistics, *, subtract: bool, divide: bool) -> Tensor:
    """What the normaliser returns with these statistics, with or without the two things that it does with them."""
    split, _ = _groups(module, values)
    if subtract:
        split = split - chosen.mean
    if divide:
        eps = torch.finfo(values.dtype).eps if module.eps is None else module.eps
        split = split / (chosen.variance + eps).sqrt()
    result = split.reshape(values.shape)
    if isinstance(module, (nn.LayerNorm, nn.RMSNorm)):
        shape = list(module.normalized_shape)
    else:
        shape = [-1] + [1] * (values.dim() - 2)
    for parameter, apply in ((module.weight, torch.mul), (getattr(module, "bias", None), torch.add)):
        result = result if parameter is None else apply(result, parameter.view(shape))
    return result


def _groups(module: nn.Module, values: Tensor) -> tuple[Tensor, tuple[int, ...]]:
    """The values, and the axes over which the normaliser averages; groups of units get an axis of their own."""
    if isinstance(module, nn.GroupNorm):
        return values.reshape(len(values), module.num_groups, -1), (2,)
    if isinstance(module, (nn.LayerNorm, nn.RMSNorm)):
        return values, tuple(range(-len(module.normalized_shape), 0))
    first = (0,) if isinstance(module, _BatchNorm) else ()
    return values, (*first, *range(2, values.dim()))


def output_of(returned: object) -> Tensor | None:
    """The tensor that stands for what a layer returned: the first, where there are several."""
    while isinstance(returned, (tuple, list)) and returned:
        returned = returned[0]
    return returned if isinstance(returned, Tensor) and returned.is_floating_point() else None
