"""What cannot be measured honestly is refused, with the reason and what to do instead."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

IGNORED = -100  # the target that PyTorch's losses pass over, unless told otherwise


class RefusedError(ValueError):
    """The model, the batch or the loss is of a kind that would be measured wrongly. The message says why."""


def check_model(model: nn.Module) -> None:
    """Raise RefusedError for a model whose layers cannot be seen, copied or differentiated."""
    if not isinstance(model, nn.Module):
        raise RefusedError(f"the model must be a torch.nn.Module, not {type(model).__name__}")
    if isinstance(model, torch.jit.ScriptModule):
        raise RefusedError("a scripted model shows no layers; pass the torch.nn.Module that it was made from")
    if hasattr(model, "_orig_mod"):
        raise RefusedError("a compiled model shows no layers; pass the model as it was before torch.compile")
    if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        raise RefusedError("a model spread over devices has several sets of statistics; pass model.module")
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if nn.parameter.is_lazy(tensor):
            raise RefusedError(f"`{name}` has no shape yet; run the model once, so that lazy modules know theirs")
        if tensor.is_meta:
            raise RefusedError(f"`{name}` holds no numbers (device meta); load the weights first")
        if tensor.is_quantized or tensor.is_complex():
            raise RefusedError(f"`{name}` is {tensor.dtype}; only real floating-point weights are measured")
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise RefusedError("no parameter of the model requires a gradient; there is nothing to walk along")


def check_batch(batch: Any) -> None:
    """Raise RefusedError for a batch that is no pair, holds one example, or marks places that do not count."""
    if not (isinstance(batch, (tuple, list)) and len(batch) == 2):
        raise RefusedError("the batch must be a pair (inputs, targets), as a DataLoader gives it")
    for name, value in parts(batch[0], "inputs"):
        if isinstance(value, nn.utils.rnn.PackedSequence) or (isinstance(value, Tensor) and value.is_nested):
            refuse_mask(f"`{name}` packs sequences of unequal length")
        if isinstance(value, Tensor) and (value.dtype == torch.bool or "mask" in name):
            refuse_mask(f"`{name}` looks like a mask")
    for name, value in parts(batch[1], "targets"):
        if isinstance(value, Tensor) and not value.is_floating_point() and bool((value == IGNORED).any()):
            refuse_mask(f"`{name}` holds {IGNORED}, which PyTorch's losses pass over")
    examples = [len(value) for _, value in parts(batch[0], "inputs") if isinstance(value, Tensor) and value.dim()]
    if not examples or max(examples) < 2:
        raise RefusedError("the batch must hold at least two examples; a mean over one says nothing")


def refuse_mask(what: str) -> None:
    """Raise the RefusedError for places that do not count."""
    raise RefusedError(
        f"{what}: positions that do not count would enter size, sameness and statistics as if they did; "
        "pass sequences of one length, without padding"
    )


def parts(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The leaves of nested tuples, lists and mappings, each with a name that says where it stood."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from parts(one, f"{name}[{key!r}]")
    elif isinstance(value, (tuple, list)) and not isinstance(value, nn.utils.rnn.PackedSequence):
        for number, one in enumerate(value):
            yield from parts(one, f"{name}[{number}]")
    else:
        yield name, value
