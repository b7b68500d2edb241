"""Why mini-batches of two lose sizes: Batch Norm leaves of two values little but which one is larger."""

import pytest
import torch

from whybn.lab.arms import BATCH_NORM
from whybn.lab.data import digits_for
from whybn.lab.networks import Architecture, initialise
from whybn.lab.normalisers import EPSILON, Context, normalise
from whybn.lab.training import assemble, train


def test_two_values_become_signs() -> None:
    z = torch.randn(3, 2, 50, dtype=torch.float64)
    found = normalise(z, BATCH_NORM.normaliser, None, Context(training=True))
    half = (z[:, 0] - z[:, 1]) / 2  # the mean lies half-way, and each value half the difference from it
    torch.testing.assert_close(found[:, 0], half / (half.square() + EPSILON).sqrt())
    torch.testing.assert_close(found[:, 1], -found[:, 0])
    apart = half.abs() > 0.1
    torch.testing.assert_close(found[:, 0][apart], half.sign()[apart], rtol=0, atol=1e-3)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_one_example_alone_is_refused(activation: str) -> None:
    design = Architecture(depth=2, width=8, arm="batch_norm", activation=activation)
    start = assemble(design, initialise(design, [0]), [0])
    with pytest.raises(ValueError, match="mini-batches of at least two"):
        train(start, digits_for([0], 1, 1), [0.1])
