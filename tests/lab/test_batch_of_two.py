"""Why mini-batches of two lose sizes: Batch Norm leaves of two values little but which one is larger."""

import torch

from whybn.lab.normalisers import EPSILON, Context, batch_norm


def test_two_values_become_signs() -> None:
    z = torch.randn(3, 2, 50, dtype=torch.float64)
    one, nothing = torch.ones(3, 50, dtype=torch.float64), torch.zeros(3, 50, dtype=torch.float64)
    found = batch_norm(z, one, nothing, None, Context(training=True))
    half = (z[:, 0] - z[:, 1]) / 2  # the mean lies half-way, and each value half the difference from it
    torch.testing.assert_close(found[:, 0], half / (half.square() + EPSILON).sqrt())
    torch.testing.assert_close(found[:, 1], -found[:, 0])
    apart = half.abs() > 0.1
    torch.testing.assert_close(found[:, 0][apart], half.sign()[apart], rtol=0, atol=1e-3)
