"""Size, sameness and spread by layer, the gradient that arrives there, and units that are silent for all examples."""

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from whybn.probes.kinds import MAPS, NORMALISERS, RECTIFIERS, by_unit, output_of, unit_axis
from whybn.probes.refusals import RefusedError, refuse_mask
from whybn.probes.subject import Loss, Subject, undisturbed_randomness


@dataclass(frozen=True)
class Signal:
    """What passes one place of a network, over all examples of the batch, with positions counted as examples.

    size: root mean square. sameness: of the sum of squares, the share that all examples have in common, that is the sum
    over units of the squared mean over that of the mean square, 0 to 1; NaN where nothing passes. spread: what is left of
    the size when the means are taken away; its square is that of the size times (1 - sameness).
    """

    size: float
    sameness: float
    spread: float


@dataclass
class Layer:
    """One layer or normaliser, in the order in which the batch meets them.

    name: the module's, with `#2` at its second call. kind: the module's class. units: of its outputs. before: what
    enters a normaliser, None for other layers. after: what leaves, for a layer its pre-activations. gradient: norm of
    the gradient of the loss with respect to what leaves, None where none arrives. dead: share of the units that the
    rectifier behind it, ReLU or ReLU6, silences for every example; None without one.
    """

    name: str
    kind: str
    units: int
    before: Signal | None
    after: Signal
    gradient: float | None = None
    dead: float | None = None

    @property
    def normalises(self) -> bool:
        """Whether it is a normaliser."""
        return self.before is not None


def layers(model: nn.Module, batch: Any, loss: Loss) -> tuple[Layer, ...]:
    """Every layer and normaliser of `model` as this batch meets it, in train mode.

    `batch` is a pair (inputs, targets) and `loss(outputs, targets)` one number. Layers are PyTorch's linear,
    convolutional, recurrent and attention modules, normalisers its Batch, Instance, Group, Layer and RMS Norm. The model
    is left as it is. Raises RefusedError for what cannot be measured.
    """
    with undisturbed_randomness():
        return layers_of(Subject(model, batch, loss))


def layers_of(subject: Subject) -> tuple[Layer, ...]:
    """The same of a copy that has been made."""
    with recorded(subject) as found, _Rectified(found):
        subject.slope()
    if not found.layers:
        raise RefusedError(
            "the model has no layer that is known here: none of PyTorch's own linear, convolutional, "
            "recurrent or attention modules, and no normaliser"
        )
    return tuple(found.layers)


class _Record:
    """The layers met in one pass, and where the last of them had its units."""

    def __init__(self, names: dict[nn.Module, str]) -> None:
        self.layers: list[Layer] = []
        self._names = names
        self._calls: Counter[nn.Module] = Counter()
        self._last: tuple[torch.Size, int] | None = None

    def add(self, module: nn.Module, arguments: tuple, returned: object) -> None:
        """Note what a module was given and what it returned. The numbers are taken now: values may be overwritten."""
        values = output_of(returned)
        if values is None or values.numel() == 0:
            return
        axis = unit_axis(module, values)
        self._calls[module] += 1
        number = self._calls[module]
        entered = signal(arguments[0], axis) if isinstance(module, NORMALISERS) else None
        layer = Layer(
            self._names[module] + (f"#{number}" if number > 1 else ""),
            type(module).__name__,
            values.shape[axis],
            entered,
            signal(values, axis),
        )
        self.layers.append(layer)
        self._last = (values.shape, axis)
        if values.requires_grad:
            values.register_hook(partial(_arrive, layer))

    def rectified(self, values: Tensor) -> None:
        """Note the units that a rectifier silences, for the layer just met, if their shapes agree."""
        if self._last is None or self._last[0] != values.shape or self.layers[-1].dead is not None:
            return
        silent = by_unit(values.detach() == 0, self._last[1]).all(0)
        self.layers[-1].dead = float(silent.double().mean())


@contextmanager
def recorded(subject: Subject) -> Iterator[_Record]:
    """Note each layer of the copy while it runs once: what is run again on the way back is not counted twice."""
    record = _Record(subject.module_names())
    handles = [
        module.register_forward_hook(record.add)
        for module in subject.copy.modules()
        if isinstance(module, (*MAPS, *NORMALISERS))
    ]
    handles += [
        module.register_forward_pre_hook(_no_padding, with_kwargs=True)
        for module in subject.copy.modules()
        if isinstance(module, (nn.MultiheadAttention, nn.TransformerEncoder, nn.Transformer, nn.RNNBase))
    ]
    handles.append(subject.copy.register_forward_hook(partial(_close, handles)))
    try:
        yield record
    finally:
        _close(handles)


class _Rectified(TorchFunctionMode):
    """Sees every rectifier, called by a module or as a function."""

    def __init__(self, record: _Record) -> None:
        super().__init__()
        self._record = record

    def __torch_function__(self, function: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        """Run the function; note what a rectifier returned."""
        del types
        returned = function(*args, **(kwargs or {}))
        if function in RECTIFIERS:
            self._record.rectified(returned)
        return returned


def signal(values: Tensor, axis: int) -> Signal:
    """Size, sameness and spread of values whose units lie along `axis`."""
    flat = by_unit(values.detach(), axis)
    flat = flat.float() if flat.dtype in {torch.float16, torch.bfloat16} else flat
    unit = flat.abs().max()  # squares of large or small numbers would leave the range of floats
    if not (unit > 0 and unit.isfinite()):
        return Signal(float(unit), nan, float(unit))
    flat = flat / unit
    square, common = flat.square().mean(0).double(), flat.mean(0).double().square()
    # Taken about the mean: a difference of two large numbers would leave nothing of a small spread.
    spread = (flat - flat.mean(0)).square().mean(0).double().mean().sqrt()
    return Signal(float(unit * square.mean().sqrt()), float(common.sum() / square.sum()), float(unit * spread))


def _arrive(layer: Layer, gradient: Tensor) -> None:
    layer.gradient = float(gradient.detach().double().norm())


def _no_padding(module: nn.Module, arguments: tuple, named: dict) -> None:
    """Refuse sequences of unequal length, which a model may make of its inputs by itself."""
    given = inspect.signature(module.forward).bind(*arguments, **named).arguments
    if any(value is not None for name, value in given.items() if name.endswith("padding_mask")):
        refuse_mask(f"a {type(module).__name__} of the model is given a padding mask")
    if arguments and isinstance(arguments[0], nn.utils.rnn.PackedSequence):
        refuse_mask(f"a {type(module).__name__} of the model is given sequences of unequal length")


def _close(handles: list, *_: object) -> None:
    for handle in handles:
        handle.remove()
