"""Training: pairing, divergence, probes that change nothing, clear errors."""

import numpy as np
import pytest
import torch

from whybn.lab.arms import ARMS
from whybn.lab.data import batch_order, digits, digits_for, split, target_function
from whybn.lab.networks import ACTIVATIONS, Architecture, forward, initialise
from whybn.lab.noise import PERIOD, Drift, Noise
from whybn.lab.normalisers import Arm, Context, Running
from whybn.lab.training import NEVER, assemble, calibrate, evaluate, gradients, train


def test_arms_share_weights_and_batches() -> None:
    plain = initialise(Architecture(arm="plain"), [4, 7])
    normalised = initialise(Architecture(arm="batch_norm"), [4, 7])
    for layer in range(11):
        assert torch.equal(plain[f"weight.{layer}"], normalised[f"weight.{layer}"])
    assert not torch.equal(plain["weight.1"][0], plain["weight.1"][1])


@pytest.mark.parametrize(
    ("scheme", "spread"),
    [("he", (2 / 64) ** 0.5), ("glorot", (2 / 96) ** 0.5), ("default", (1 / 192) ** 0.5)],
)
def test_initialisation_has_the_textbook_spread(scheme: str, spread: float) -> None:
    weights = initialise(Architecture(depth=1), range(50), scheme)["weight.0"]
    assert weights.std().item() == pytest.approx(spread, rel=0.02)


def test_gain_multiplies_every_weight_matrix() -> None:
    one, three = initialise(Architecture(depth=2), [1, 1], gains=[1.0, 3.0])["weight.2"]
    torch.testing.assert_close(3 * one, three)


def test_splits_are_disjoint_and_own_to_each_seed() -> None:
    training, test = split(0)
    assert len(training) == 1400
    assert sorted(torch.cat([training, test]).tolist()) == list(range(1797))
    assert not torch.equal(training, split(1)[0])


def test_an_epoch_visits_every_example_at_most_once() -> None:
    order = batch_order(0, torch.arange(100), batch=32, steps=7)
    assert order.shape == (7, 32)
    assert len(set(order[:3].flatten().tolist())) == 96
    assert torch.equal(batch_order(0, torch.arange(100), batch=32, steps=3), order[:3])


def test_too_large_a_batch_is_an_error() -> None:
    with pytest.raises(ValueError, match="use a smaller batch"):
        batch_order(0, torch.arange(10), batch=32, steps=1)


def test_images_are_standardised() -> None:
    images, labels = digits()
    assert images.shape == (1797, 64)
    assert images.mean().item() == pytest.approx(0, abs=1e-5)
    assert images.std().item() == pytest.approx(1, abs=1e-5)
    assert sorted(set(labels.tolist())) == list(range(10))


def test_target_function_at_known_places() -> None:
    assert target_function(torch.tensor([0.0])).item() == pytest.approx(0)
    assert target_function(torch.tensor([1.0])).item() == pytest.approx(
        0.35 + 0.4 * torch.tensor(3.3 * torch.pi).sin().item(), rel=1e-4
    )


def test_diverged_members_stay_and_change_nothing_for_the_others() -> None:
    architecture = Architecture(depth=4)
    data = digits_for([0, 1], batch=32, steps=40)
    seeds, rates = [0, 0, 1, 1], [0.05, 30.0, 0.05, 1e6]
    together = train(assemble(architecture, initialise(architecture, seeds), seeds), data, rates)
    assert together.diverged_at[0] == NEVER
    assert together.diverged_at[3] >= 0
    assert together.ensemble.parameters["weight.0"][3].isnan().all()
    assert torch.isnan(together.minibatch_loss[-1, 3])
    step = int(together.diverged_at[3])
    assert not torch.isfinite(together.minibatch_loss[step, 3])
    assert torch.isfinite(together.minibatch_loss[:step, 3]).all()
    kept = [0, 2]
    apart = train(assemble(architecture, initialise(architecture, [0, 1]), [0, 1]), data, [0.05, 0.05])
    torch.testing.assert_close(together.minibatch_loss[:, kept], apart.minibatch_loss, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("arm", ARMS)
def test_a_probed_run_equals_an_unprobed_one_bit_for_bit(arm: str) -> None:
    architecture = Architecture(depth=3, arm=arm)
    data = digits_for([0, 1], batch=32, steps=20)
    parameters = initialise(architecture, [0, 1])
    statistics = calibrate(architecture, parameters, data.inputs[data.training])

    def start():
        copied = [Running(layer.mean.clone(), layer.variance.clone()) for layer in statistics]
        return assemble(architecture, parameters, [0, 1], copied)

    seen = []

    def probe(step, ensemble, _members):
        inputs = data.inputs[data.training][ensemble.seed_rows]
        forward(architecture, ensemble.parameters, inputs, Context(training=True), ensemble.statistics)
        gradients(ensemble, inputs[:, :50], data.targets[data.training][:, :50], Context(training=True))
        evaluate(ensemble, data, data.test, training=False)
        torch.rand(3)  # the global random state is nobody's
        seen.append(step)

    plain_run = train(start(), data, [0.1, 0.1])
    probed = train(start(), data, [0.1, 0.1], probe=probe, probe_at=(0, 7, 20))
    assert seen == [0, 7, 20]
    for name, value in plain_run.ensemble.parameters.items():
        assert torch.equal(value, probed.ensemble.parameters[name])
    for one, other in zip(plain_run.ensemble.statistics, probed.ensemble.statistics, strict=True):
        assert torch.equal(one.mean, other.mean)
        assert torch.equal(one.variance, other.variance)


def test_training_leaves_the_start_untouched() -> None:
    architecture = Architecture(depth=2, arm="batch_norm")
    parameters = initialise(architecture, [0])
    before = {name: value.clone() for name, value in parameters.items()}
    start = assemble(architecture, parameters, [0])
    train(start, digits_for([0], 32, 5), [0.1])
    assert all(torch.equal(before[name], start.parameters[name]) for name in before)
    assert torch.equal(start.statistics[0].mean, torch.zeros(1, 32))


def test_noise_has_the_published_spread_and_is_paired() -> None:
    noise = Noise([0, 1, 0], step=3)
    assert noise.rows.tolist() == [0, 1, 0]
    shift, factor = (torch.from_numpy(one) for one in noise.draw(400, 300))
    assert shift.shape == factor.shape == (2, 400, 300)
    assert not torch.equal(shift[0], shift[1])
    means = shift.mean(1).flatten()
    assert means.std().item() == pytest.approx(1 / 12**0.5, rel=0.1)
    assert (shift - shift.mean(1, keepdim=True)).abs().max() < 0.12
    assert factor.mean().item() == pytest.approx(1.125, abs=0.01)
    assert (factor - factor.mean(1, keepdim=True)).std().item() == pytest.approx(0.1, rel=0.05)
    again = Noise([1], step=3).draw(400, 300)[0]
    assert torch.equal(torch.from_numpy(again[0]), shift[1])


def test_a_drift_is_slow_the_same_for_all_rows_and_reaches_as_far_as_the_noise() -> None:
    found = [Drift([0, 1, 0], step).draw(3, 500) for step in range(PERIOD + 1)]
    shift, factor = (np.stack(one)[:, :, 0] for one in zip(*found, strict=True))  # (step, seed, unit)
    assert all(np.array_equal(each[:, 0], each[:, row]) for each in found[7] for row in (1, 2))
    np.testing.assert_allclose(shift[0], shift[PERIOD], atol=1e-6)
    assert 0.49 < np.abs(shift).max() <= 0.5
    assert 1 <= factor.min() < 1.01
    assert 1.24 < factor.max() <= 1.25
    assert np.abs(np.diff(shift, axis=0)).max() < 0.5 * 2 * np.pi / PERIOD * 1.001
    assert np.abs(np.corrcoef(shift[0, 0], shift[0, 1])[0, 1]) < 0.2  # units and seeds have phases of their own
    second = Drift([1], 5)
    assert not np.array_equal(second.draw(1, 4)[0], second.draw(1, 4)[0])  # and so has each layer


def test_a_shifted_relu_gives_nothing_on_average_from_a_normal_input() -> None:
    z = torch.linspace(-9, 9, 20001, dtype=torch.float64)
    density = torch.exp(-z.square() / 2) / (2 * torch.pi) ** 0.5
    assert torch.trapezoid(ACTIVATIONS["shifted_relu"](z) * density, z).item() == pytest.approx(0, abs=1e-6)
    assert torch.trapezoid(ACTIVATIONS["relu"](z) * density, z).item() == pytest.approx(0.398942, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Arm(noise="loud"), "unknown noise 'loud'"),
        (lambda: Architecture(arm="batchnorm"), "unknown arm 'batchnorm'"),
        (lambda: Architecture(activation="gelu"), "unknown activation"),
        (lambda: initialise(Architecture(), [0], "xavier"), "unknown initialisation"),
        (lambda: digits_for([1, 0], 32, 1), "sorted and distinct"),
        (
            lambda: train(assemble(Architecture(), initialise(Architecture(), [0]), [0]), digits_for([0], 32, 1), []),
            "0 learning rates for 1 members",
        ),
        (
            lambda: forward(
                Architecture(arm="batch_norm"),
                initialise(Architecture(arm="batch_norm"), [0]),
                torch.zeros(1, 4, 64),
                Context(training=False),
            ),
            "needs running statistics",
        ),
    ],
)
def test_bad_input_is_answered_clearly(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
