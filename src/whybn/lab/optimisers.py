"""Optimisers with one learning rate per member: the forms of torch.optim, and steps that are held back."""

from dataclasses import dataclass
from typing import no_type_check

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab import backpropagation

NO_LIMIT = 0.0

Rule = tuple[float, float, bool, tuple[float, ...], float, bool]  # what the compiled loops are told of a step


@dataclass(frozen=True)
class Optimiser:
    """SGD with momentum and weight decay (torch.optim.SGD's form), or Adam (Kingma and Ba 2015) when `adam`.

    warm_up: number of first steps over which the learning rate rises in a straight line to its full value.
    trainable: kinds of parameters that move (such as scale and shift), the others stay as they were drawn; None: all.
    limit: longest step of each parameter of a layer, relative to the norm of the layer's weight matrix; a longer one is
    shortened to it. None: no limit.
    hold_norms: after each step the weight matrices of hidden layers are given back the norms that they had before it.
    """

    momentum: float = 0.0
    weight_decay: float = 0.0
    adam: bool = False
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    warm_up: int = 0
    trainable: tuple[str, ...] | None = None
    limit: float | None = None
    hold_norms: bool = False

    def share_of_rate(self, step: int) -> float:
        """What part of the learning rate a step takes."""
        return min((step + 1) / self.warm_up, 1.0) if self.warm_up else 1.0

    def moves(self, name: str) -> bool:
        """Whether this parameter moves at all."""
        return self.trainable is None or name.split(".", 1)[0] in self.trainable

    def moments(self, value: Tensor) -> list[Tensor]:
        """What it keeps of a parameter from step to step, before the first one: momentum one array, Adam two."""
        return [torch.zeros_like(value) for _ in range(2 if self.adam else int(self.momentum > 0))]

    def rules(self, step: int) -> tuple[Rule, Rule]:
        """What the compiled loops are told of a step of a hidden layer's weights, and of other parameters.

        That is momentum, weight decay, whether it is Adam and with which numbers, limit, and whether the norm is held.
        """
        first, second = self.betas
        of_adam = 1 - first, second, 1 - second, 1 - first ** (step + 1), 1 - second ** (step + 1), self.epsilon
        limit = NO_LIMIT if self.limit is None else self.limit
        rule = float(self.momentum), float(self.weight_decay), self.adam, of_adam, limit
        return (*rule, self.hold_norms), (*rule, False)


@dataclass(frozen=True)
class Moved:
    """A parameter of all members, with what a step of it needs.

    value: (member, ...), moved in place. moments: as `Optimiser.moments` has them, moved too. weight: the weight matrix of
    its layer. held: whether that is what it is, in a hidden layer.
    """

    value: Float[Tensor, "member ..."]
    moments: list[Tensor]
    weight: Float[Tensor, "member ..."]
    held: bool


@no_type_check  # for the tests: as in backpropagation
def take_step(moved: Moved, slope: Tensor, rate: Float[Tensor, "member"], optimiser: Optimiser, step: int) -> None:
    """One step against `slope`, in place; rate: that of each member at this step."""
    arrays = moved.value, slope.contiguous(), *moved.moments, moved.weight
    if backpropagation.compiled is None or not all(one.device.type == "cpu" and one.is_contiguous() for one in arrays):
        _take_step(moved, slope, rate, optimiser, step)
    else:
        value, against, *moments, weight = (one.view(len(one), -1, one.shape[-1]).numpy() for one in arrays)
        first, second = (*moments, value, value)[:2]  # those it has not are not read
        rule = optimiser.rules(step)[0 if moved.held else 1]
        backpropagation.compiled.take_step(value, against, rate.numpy(), first, second, weight, rule)


def _take_step(moved: Moved, slope: Tensor, rate: Tensor, optimiser: Optimiser, step: int) -> None:
    """The same by torch, wherever the numbers are: the reference of the compiled one."""
    value, each = moved.value, rate.view(-1, *[1] * (moved.value.dim() - 1))
    held = optimiser.hold_norms and moved.held
    before = _norm(value) if held else rate
    if optimiser.weight_decay:
        slope = slope + optimiser.weight_decay * value
    if optimiser.adam:
        slope = _adam_slope(moved.moments, optimiser, step, slope)
    elif optimiser.momentum:
        slope = moved.moments[0].mul_(optimiser.momentum).add_(slope)
    if optimiser.limit is not None:
        longest = optimiser.limit * _norm(moved.weight)
        each = torch.minimum(each, (longest / _norm(slope)).view_as(each))
    value.addcmul_(each, slope, value=-1)
    if held:
        value.mul_((before / _norm(value)).view_as(each))


def _norm(values: Float[Tensor, "member ..."]) -> Float[Tensor, "member"]:
    return values.flatten(1).norm(dim=1)


def _adam_slope(moments: list[Tensor], optimiser: Optimiser, step: int, slope: Tensor) -> Tensor:
    first_weight, second_weight = optimiser.betas
    first, second = moments
    first.lerp_(slope, 1 - first_weight)
    second.mul_(second_weight).addcmul_(slope, slope, value=1 - second_weight)
    size = (second / (1 - second_weight ** (step + 1))).sqrt_().add_(optimiser.epsilon)
    return first / (1 - first_weight ** (step + 1)) / size
