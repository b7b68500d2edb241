"""Every displayed formula once: its LaTeX, and the same formula as a function of NumPy arrays.

The pages show the LaTeX as MathML, which needs no script. `tests/test_formulas.py` compares each function
with an independent reference (PyTorch, SciPy, finite differences), so that no formula is on display that
nobody has evaluated. The functions follow the LaTeX symbol by symbol and are not meant to be fast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from latex2mathml.converter import convert
from numpy import ndarray


@dataclass(frozen=True)
class Formula:
    """What is displayed and what it computes."""

    latex: str
    evaluate: Callable[..., object]


def batch_norm(x: Float[ndarray, "batch"], scale: float, shift: float, epsilon: float) -> Float[ndarray, "batch"]:
    """One unit's outputs y for its pre-activations x. Source: Ioffe and Szegedy 2015, algorithm 1."""
    mean = np.mean(x)
    variance = np.mean((x - mean) ** 2)
    normalised = (x - mean) / np.sqrt(variance + epsilon)
    return scale * normalised + shift


def running_statistics(mean: float, variance: float, x: Float[ndarray, "batch"], weight: float) -> tuple[float, float]:
    """The running mean and variance after one more mini-batch x, which enters with `weight`.

    The variance of the mini-batch enters without bias (divided by m - 1). Source: PyTorch, BatchNorm1d.
    """
    m = len(x)
    unbiased = m / (m - 1) * np.mean((x - np.mean(x)) ** 2)
    return (1 - weight) * mean + weight * np.mean(x), (1 - weight) * variance + weight * unbiased


def batch_norm_gradient(
    x: Float[ndarray, "batch"], incoming: Float[ndarray, "batch"], scale: float, epsilon: float
) -> Float[ndarray, "batch"]:
    """The gradient of the loss for x, given the gradient `incoming` for the outputs y.

    Source: Ioffe and Szegedy 2015, section 3, simplified.
    """
    spread = np.sqrt(np.mean((x - np.mean(x)) ** 2) + epsilon)
    normalised = (x - np.mean(x)) / spread
    along = np.mean(incoming * normalised)
    return scale / spread * (incoming - np.mean(incoming) - normalised * along)


def shift_measure(before: Float[ndarray, "examples"], after: Float[ndarray, "examples"]) -> float:
    """Wasserstein distance between a unit's values at two steps, in standard deviations of the first."""
    return float(np.mean(np.abs(np.sort(after) - np.sort(before))) / np.std(before))


def filter_normalisation(
    direction: Float[ndarray, "units inputs"], weights: Float[ndarray, "units inputs"]
) -> Float[ndarray, "units inputs"]:
    """Each unit's part of a random direction, at the length of its weights. Source: Li et al. 2018."""
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    return direction / np.linalg.norm(direction, axis=1, keepdims=True) * lengths


def gradient_step(
    parameters: Float[ndarray, "parameters"], gradient: Float[ndarray, "parameters"], length: float
) -> Float[ndarray, "parameters"]:
    """The point that a step of length η along the negative gradient leads to."""
    return parameters - length * gradient


def gradient_bound(
    outgoing: Float[ndarray, "batch"], normalised: Float[ndarray, "batch"], scale: float, spread: float
) -> float:
    """The right side of the bound on the squared gradient h for a unit's pre-activations, given g for its outputs.

    Source: Santurkar et al. 2018, theorem 4.1, with one over m in the last term.
    """
    m = len(outgoing)
    removed = np.sum(outgoing) ** 2 / m + np.sum(outgoing * normalised) ** 2 / m
    return scale**2 / spread**2 * (np.sum(outgoing**2) - removed)


def shared_and_apart(
    shared: Float[ndarray, "units"], apart: Float[ndarray, "units"]
) -> tuple[Float[ndarray, "units units"], float, float]:
    """Of two examples c + d and c - d, c at right angles to d, a linear output, and the mean of half the squared errors:
    the Hessian, the largest stable learning rate, and the part of what is missing along d that a step at it leaves.
    """
    hessian = np.outer(shared, shared) + np.outer(apart, apart)
    return hessian, 2 / np.sum(shared**2), 1 - 2 * np.sum(apart**2) / np.sum(shared**2)


FORMULAS = {
    "batch_norm": Formula(
        r"""\begin{align*}
        \mu &= \frac{1}{m} \sum_{i=1}^{m} x_i \\
        \sigma^2 &= \frac{1}{m} \sum_{i=1}^{m} (x_i - \mu)^2 \\
        \hat{x}_i &= \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}} \\
        y_i &= \gamma \, \hat{x}_i + \beta
        \end{align*}""",
        batch_norm,
    ),
    "running_statistics": Formula(
        r"""\begin{align*}
        \bar{\mu} &\leftarrow (1 - \alpha) \, \bar{\mu} + \alpha \, \mu \\
        \bar{\sigma}^2 &\leftarrow (1 - \alpha) \, \bar{\sigma}^2 + \alpha \, \frac{m}{m - 1} \, \sigma^2
        \end{align*}""",
        running_statistics,
    ),
    "batch_norm_gradient": Formula(
        r"""\begin{align*}
        \frac{\partial \ell}{\partial x_i} &= \frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}}
        \left( g_i - \mathrm{G} - \hat{x}_i \, \mathrm{H} \right) \\
        g_i &= \frac{\partial \ell}{\partial y_i} \\
        \mathrm{G} &= \frac{1}{m} \sum_{j=1}^{m} g_j \\
        \mathrm{H} &= \frac{1}{m} \sum_{j=1}^{m} g_j \, \hat{x}_j
        \end{align*}""",
        batch_norm_gradient,
    ),
    "shift_measure": Formula(
        r"""\begin{align*}
        \text{shift} &= \frac{1}{n \, \sigma} \sum_{i=1}^{n} \left| b_{(i)} - a_{(i)} \right| \\
        a_{(1)} &\le a_{(2)} \le \dots \le a_{(n)} \quad \text{at step } t \text{, spread } \sigma \\
        b_{(1)} &\le b_{(2)} \le \dots \le b_{(n)} \quad \text{at step } t + p
        \end{align*}""",
        shift_measure,
    ),
    "filter_normalisation": Formula(
        r"d_k \leftarrow \frac{d_k}{\lVert d_k \rVert} \, \lVert w_k \rVert \quad \text{for each unit } k",
        filter_normalisation,
    ),
    "gradient_bound": Formula(
        r"""\lVert h \rVert^2 \le \frac{\gamma^2}{\sigma^2} \left( \lVert g \rVert^2
        - \frac{1}{m} \left( \sum_{i=1}^{m} g_i \right)^2
        - \frac{1}{m} \left( \sum_{i=1}^{m} g_i \, \hat{x}_i \right)^2 \right)""",
        gradient_bound,
    ),
    "gradient_step": Formula(
        r"\theta(\eta) = \theta_t - \eta \, \nabla \ell (\theta_t)",
        gradient_step,
    ),
    "shared_and_apart": Formula(
        r"""\begin{align*}
        H &= c \, c^\top + d \, d^\top \\
        \eta_{\max} &= \frac{2}{\lVert c \rVert^2} \\
        1 - \eta_{\max} \lVert d \rVert^2 &= 1 - 2 \, \frac{\lVert d \rVert^2}{\lVert c \rVert^2}
        \end{align*}""",
        shared_and_apart,
    ),
}


def mathml() -> dict[str, str]:
    """MathML of every formula, as a block on one line, for `docs/_data/math.json`."""
    return {
        name: " ".join(convert(" ".join(formula.latex.split()), display="block").split())
        for name, formula in FORMULAS.items()
    }
