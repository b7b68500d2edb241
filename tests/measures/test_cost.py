"""Counted arithmetic, against PyTorch's own counter and against the displayed formulas, executed and counted."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from whybn.formulas import FORMULAS
from whybn.lab.networks import Architecture, initialise
from whybn.lab.normalisers import Context
from whybn.lab.training import assemble, gradients
from whybn.measures.cost import BATCH_NORM_OPERATIONS, elementwise, products


@pytest.mark.parametrize("arm", ["plain", "batch_norm"])
def test_products_are_those_that_pytorch_counts(arm: str) -> None:
    architecture = Architecture(inputs=7, outputs=3, depth=4, width=11, arm=arm)
    ensemble = assemble(architecture, initialise(architecture, [0]), [0])
    with FlopCounterMode(display=False) as counter:
        gradients(ensemble, torch.randn(1, 16, 7), torch.zeros(1, 16, dtype=torch.int64), Context(training=True))
    assert counter.get_total_flops() == 16 * products(architecture)


class Counted:
    """A number that counts the operations done on it and on its like."""

    done = 0

    def __init__(self, value: float) -> None:
        self.value = value

    @staticmethod
    def _one_more(result: float) -> Counted:
        Counted.done += 1
        return Counted(result)

    def __add__(self, other):
        return self._one_more(self.value + _value(other))

    def __sub__(self, other):
        return self._one_more(self.value - _value(other))

    def __mul__(self, other):
        return self._one_more(self.value * _value(other))

    def __truediv__(self, other):
        return self._one_more(self.value / _value(other))

    def __pow__(self, power):
        return self._one_more(self.value**power)

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self._one_more(_value(other) / self.value)

    def sqrt(self):
        return self._one_more(self.value**0.5)


def _value(of: Counted | float) -> float:
    return of.value if isinstance(of, Counted) else of


def operations_per_value(formula: str, *columns: int) -> int:
    """Operations of a displayed formula for each further example of a mini-batch."""
    counts = []
    for examples in (8, 16):
        values = [np.array([Counted(k + 1.0) for k in np.random.default_rng(0).random(examples)]) for _ in columns]
        Counted.done = 0
        FORMULAS[formula].evaluate(*values, 1.5, *([0.5] if formula == "batch_norm" else []), 1e-5)
        counts.append(Counted.done)
    return (counts[1] - counts[0]) // 8


def test_batch_norm_costs_what_its_formulas_do() -> None:
    forward = operations_per_value("batch_norm", 0)
    both = operations_per_value("batch_norm_gradient", 0, 1)
    normalising_again = 1 + 3 + 2 + 1  # the displayed gradient recomputes mean (twice), variance and normalised values
    assert forward + both - normalising_again == BATCH_NORM_OPERATIONS


def test_one_arm_that_is_not_counted_says_so() -> None:
    assert elementwise(Architecture(depth=2, width=4, arm="batch_norm")) > elementwise(Architecture(depth=2, width=4))
    with pytest.raises(ValueError, match="layer_norm"):
        elementwise(Architecture(arm="layer_norm"))
