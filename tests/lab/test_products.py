"""Compiled matrix products and convolutions: the numbers of numpy and torch, and the same bits on every machine."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from tests.lab.test_compiled import needs_numba
from whybn.lab import backpropagation

pytestmark = needs_numba
compiled = backpropagation.compiled
SIZES = [(32, 32, 32), (32, 64, 48), (7, 5, 10), (33, 12, 59), (1, 1, 1), (9, 3, 8), (16, 2, 17), (3, 0, 4)]


def drawn(number: str, *shape: int) -> np.ndarray:
    return np.random.default_rng(shape).normal(size=shape).astype(number)


@pytest.mark.parametrize(("rows", "depth", "columns"), SIZES)
def test_a_product_is_that_of_numpy_there_and_back(rows: int, depth: int, columns: int) -> None:
    first, second = drawn("f8", 2, rows, depth), drawn("f8", 2, depth, columns)
    out, slope = np.full((2, rows, columns), np.nan), drawn("f8", 2, rows, columns)
    compiled.multiply(first, second, out)
    np.testing.assert_allclose(out, first @ second, rtol=1e-12, atol=1e-13)
    of_first, of_second = np.full_like(first, np.nan), np.full_like(second, np.nan)
    compiled.multiply_back(first, second, slope, of_first, of_second)
    np.testing.assert_allclose(of_first, slope @ second.swapaxes(1, 2), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(of_second, first.swapaxes(1, 2) @ slope, rtol=1e-12, atol=1e-13)


def test_what_nobody_asks_for_is_left_alone() -> None:
    first, second, slope = drawn("f4", 2, 5, 3), drawn("f4", 2, 3, 4), drawn("f4", 2, 5, 4)
    of_second = np.empty_like(second)
    compiled.multiply_back(first, second, slope, np.empty((0, 0, 0), "f4"), of_second)
    np.testing.assert_allclose(of_second, first.swapaxes(1, 2) @ slope, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("rows", "depth", "columns"), SIZES)
def test_each_number_is_summed_from_first_to_last_and_rounded_once_a_term(rows: int, depth: int, columns: int) -> None:
    """So it hangs neither on the processor nor on its place in the matrix. A product of two singles is exact in double."""
    first, second = drawn("f4", 1, rows, depth), drawn("f4", 1, depth, columns)
    out = np.empty((1, rows, columns), "f4")
    compiled.multiply(first, second, out)
    expected = np.zeros((rows, columns), "f4")
    for k in range(depth):
        expected = (np.multiply.outer(first[0, :, k].astype("f8"), second[0, k]) + expected).astype("f4")
    np.testing.assert_array_equal(out[0], expected)


OTHERWISE = """
import sys
import llvmlite.binding as llvm
import numpy as np
features = llvm.get_host_cpu_features()
features["avx512f"] = not features.get("avx512f")
llvm.get_host_cpu_features = lambda: features
from whybn.lab import compiled
first, second, out = (np.load(path) for path in sys.argv[1:4])
compiled.multiply(first, second, out)
np.save(sys.argv[3], out)
print(compiled.ROWS)
"""


def test_a_processor_with_other_vectors_finds_the_same_bits(tmp_path) -> None:
    """With tiles of another shape, and so with others of its numbers left beside the tiles."""
    first, second, out = drawn("f4", 1, 39, 33), drawn("f4", 1, 33, 75), np.empty((1, 39, 75), "f4")
    compiled.multiply(first, second, out)
    files = [tmp_path / f"{name}.npy" for name in ("first", "second", "out")]
    for path, values in zip(files, (first, second, np.zeros_like(out)), strict=True):
        np.save(path, values)
    own_cache = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    asked = [sys.executable, "-c", OTHERWISE, *map(str, files)]
    told = subprocess.run(asked, env=own_cache, capture_output=True, text=True, check=True)
    assert int(told.stdout) != compiled.ROWS
    np.testing.assert_array_equal(np.load(files[2]), out)


@pytest.mark.parametrize(("side", "channels", "filters"), [(14, 1, 8), (7, 8, 8), (4, 3, 5), (5, 2, 17), (1, 2, 3)])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_convolution_is_that_of_torch_there_and_back(side: int, channels: int, filters: int, stride: int) -> None:
    x, weight = drawn("f8", 2, 3, side, side, channels), drawn("f8", 2, 9 * channels, filters)
    places = (side - 1) // stride + 1
    out, slope = np.empty((2, 3 * places**2, filters)), drawn("f8", 2, 3 * places**2, filters)
    compiled.convolve(x, stride, weight, out)
    of_x, of_weight = np.empty_like(x), np.empty_like(weight)
    compiled.convolve_back(x, stride, weight, slope, of_x, of_weight)
    for member in range(2):
        pictures = torch.from_numpy(x[member]).permute(0, 3, 1, 2).requires_grad_()
        own = torch.from_numpy(weight[member]).view(3, 3, channels, filters).permute(3, 2, 0, 1).requires_grad_()
        found = torch.nn.functional.conv2d(pictures, own, stride=stride, padding=1)
        rows = found.permute(0, 2, 3, 1).reshape(-1, filters)
        np.testing.assert_allclose(out[member], rows.detach().numpy(), rtol=1e-11, atol=1e-12)
        slopes = torch.autograd.grad(rows, (pictures, own), torch.from_numpy(slope[member]))
        np.testing.assert_allclose(of_x[member], slopes[0].permute(0, 2, 3, 1).numpy(), rtol=1e-11, atol=1e-12)
        expected = slopes[1].permute(2, 3, 1, 0).reshape(-1, filters)
        np.testing.assert_allclose(of_weight[member], expected.numpy(), rtol=1e-11, atol=1e-12)
