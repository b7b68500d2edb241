"""The instrument: what it computes in the page equals PyTorch, and what it shows is what it computed."""

import base64
import gzip
import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
from building import ROOT

from whybn.lab import backpropagation, networks
from whybn.lab.data import Data, digits
from whybn.lab.networks import Architecture, Parameters, Statistics, Trace, forward
from whybn.lab.normalisers import EPSILON, Arm, Context, Mean, Normaliser, Size, normalise
from whybn.lab.training import NEVER, assemble, calibrate, evaluate, gradients

pytestmark = pytest.mark.verify
FOLDER = ROOT / "docs/assets/js/explorables"
NAMES = ("network", "engine", "training", "painting", "drawing", "instrument")
SCRIPTS = [FOLDER / f"{name}.js" for name in NAMES]
TRANSFER = 17_000  # bytes of them, compressed, at most: their share of the 32 KB
ARMS = ("plain", "batch_norm")
PADDED = 12  # columns of the engine's output layer, of which ten are used
STEPS = 20
# depth, batch, rate, gain, seed: every depth and batch that can be chosen, small and large gains and rates. Without
# Batch Norm, the last three diverge.
SETTINGS = [
    (10, 32, 0.1, 1, 0),
    (2, 2, 0.0464, 1, 1),
    (20, 8, 0.01, 0.1, 2),
    (5, 128, 0.215, 0.562, 3),
    (10, 4, 1, 0.316, 4),
    (5, 128, 1, 3.16, 5),
    (10, 32, 4.64, 1, 6),
    (20, 32, 0.001, 10, 7),
]
MODES = {"live": {}, "stopped": {"gradient": False}, "frozen": {"gradient": False, "every": None}}
# What is left of Batch Norm: every mean with every size, in the place where both networks train.
PARTS = [(10, 32, 0.1, 1, 0, mean, size) for mean in (*MODES, "off") for size in (*MODES, "off")]
DIVERGING = SETTINGS[5:]
STEADY = SETTINGS[:2] + SETTINGS[3:4]  # where rounding errors grow slowly; without Batch Norm, hardly

RECORD = """
([depth, batch, rate, gain, seed, mean, size, steps]) => {
  const packed = (a) => {
    const bytes = new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
    let text = "";
    for (let k = 0; k < bytes.length; k += 4096) text += String.fromCharCode(...bytes.subarray(k, k + 4096));
    return btoa(text);
  };
  const tree = (o) => typeof o === "number" ? o : ArrayBuffer.isView(o) ? packed(o) : Array.isArray(o) ? o.map(tree) : o &&
    Object.fromEntries(Object.entries(o).map(([name, value]) => [name, tree(value)]));
  const engine = whybnEngine(), { images, labels } = whybn.data.instrument;
  const digits = engine.digits(images, labels);
  const record = (normaliser) => {
    const training = engine.training({ depth, batch, rate, gain, seed }, digits, normaliser);
    const seen = [];
    for (let step = 0; step < steps; step++) {
      const before = tree(training.network.parameters), { loss, whole, diverged, ...rest } = training.next();
      const { gradient, pass } = training.network;
      seen.push({
        ...tree({ ...rest, loss: Float32Array.of(loss), whole: Float32Array.of(whole) }), diverged,
        inputs: packed(training.inputs), labels: packed(training.labels),
        network: { parameters: before, ...tree({ gradient, entering: pass.entering, active: pass.active }) },
      });
    }
    return { steps: seen, images: training.images };
  };
  return { arms: [null, { mean, size }].map(record), bins: engine.BINS, reach: engine.REACH };
}
"""


def unpacked(text: str, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), np.float32).copy()).view(*shape)


def parameters(tree: dict, architecture: Architecture) -> Parameters:
    """Parameters, or their gradients, as the laboratory has them: one member, (in, out)."""
    found = {}
    for layer in range(architecture.depth + 1):
        wide = PADDED if layer == architecture.depth else architecture.width
        fan_in, fan_out = architecture.fans(layer)
        found[f"weight.{layer}"] = unpacked(tree["weight"][layer], 1, fan_in, wide)[..., :fan_out]
        for kind in ("bias", "scale", "shift"):
            if layer < len(tree[kind]) and tree[kind][layer]:
                found[f"{kind}.{layer}"] = unpacked(tree[kind][layer], 1, wide)[:, :fan_out]
    return found


def taken_apart(mean: str, size: str) -> Arm:
    """The laboratory's arm for what the instrument is set to."""
    centre = None if mean == "off" else Mean(**MODES[mean])
    divide = None if size == "off" else Size(**MODES[size], about_mean=mean != "off")
    return Arm(Normaliser(centre, divide) if centre or divide else None, affine=True)


@dataclass
class Run:
    """What the engine did in the page with one of the settings, and the same steps in the laboratory."""

    settings: tuple
    record: dict

    def architecture(self, arm: str) -> Architecture:
        return Architecture(depth=self.settings[0], arm=taken_apart(*self.settings[5:]) if arm == "batch_norm" else arm)

    def start(self, arm: str, step: int, dtype: torch.dtype) -> Parameters:
        """The engine's own parameters before a step."""
        tree = self.seen(arm, step)["network"]["parameters"]
        return {name: value.to(dtype) for name, value in parameters(tree, self.architecture(arm)).items()}

    def frozen(self, arm: str, dtype: torch.dtype) -> Statistics:
        """Statistics over all training images at the start."""
        images = digits()[0][torch.tensor([self.record["arms"][0]["images"]])]
        return calibrate(self.architecture(arm), self.start(arm, 0, dtype), images.to(dtype))

    def seen(self, arm: str, step: int) -> dict:
        return self.record["arms"][ARMS.index(arm)]["steps"][step]

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The mini-batch, of which both networks have seen the same."""
        seen, other = (self.seen(arm, step) for arm in ARMS)
        assert (seen["inputs"], seen["labels"]) == (other["inputs"], other["labels"])
        labels = torch.from_numpy(np.frombuffer(base64.b64decode(seen["labels"]), np.uint8).astype(np.int64))
        return unpacked(seen["inputs"], 1, -1, 64), labels[None]

    def diverged_at(self, arm: str) -> int:
        return self.seen(arm, -1)["diverged"]

    def finite_steps(self, arm: str) -> range:
        return range(self.diverged_at(arm) if self.diverged_at(arm) >= 0 else len(self.losses(arm)))

    def losses(self, arm: str) -> torch.Tensor:
        return torch.cat([unpacked(seen["loss"], 1) for seen in self.record["arms"][ARMS.index(arm)]["steps"]])

    def of(self, arm: str, step: int) -> dict[str, torch.Tensor]:
        """What the engine computed in one step."""
        seen, architecture = self.seen(arm, step)["network"], self.architecture(arm)
        found = {f"gradient.{name}": value for name, value in parameters(seen["gradient"], architecture).items()}
        for layer in range(architecture.depth):
            found[f"entering.{layer}"] = unpacked(seen["entering"][layer], 1, -1, 32)
            found[f"active.{layer}"] = unpacked(seen["active"][layer], 1, -1, 32)
        return found | {"loss": self.losses(arm)[step : step + 1]}

    def in_the_laboratory(self, arm: str, step: int, dtype: torch.dtype) -> dict[str, torch.Tensor]:
        """The same from the engine's own parameters at that step."""
        architecture, start, frozen = self.architecture(arm), self.start(arm, step, dtype), self.frozen(arm, dtype)
        inputs, labels = self.batch(step)
        trace = Trace([], [], [])
        forward(architecture, start, inputs.to(dtype), Context(training=True), frozen, trace=trace)
        ensemble = assemble(architecture, start, [0], frozen)
        loss, slopes = gradients(ensemble, inputs.to(dtype), labels, Context(training=True))
        found = {f"gradient.{name}": value for name, value in slopes.items()} | {"loss": loss}
        for layer in range(architecture.depth):
            found[f"entering.{layer}"], found[f"active.{layer}"] = trace.preactivations[layer], trace.activations[layer]
        return found

    def trained(self, arm: str, dtype: torch.dtype) -> tuple[torch.Tensor, int]:
        """Losses of the whole run by PyTorch's autograd, from the engine's first parameters, and step of divergence."""
        ensemble, losses = assemble(self.architecture(arm), self.start(arm, 0, dtype), [0], self.frozen(arm, dtype)), []
        for step in range(len(self.losses(arm))):
            inputs, labels = self.batch(step)
            loss, slopes = gradients(ensemble, inputs.to(dtype), labels, Context(training=True))
            losses.append(loss)
            for name, slope in slopes.items():
                ensemble.parameters[name] = ensemble.parameters[name] - self.settings[2] * slope
        found = torch.cat(losses)
        diverged = (~found.isfinite()).nonzero().flatten().tolist()
        return found, diverged[0] if diverged else NEVER


@pytest.fixture(autouse=True)
def by_autograd(monkeypatch):
    """PyTorch's own Batch Norm and autograd are the measure, not the laboratory's passes, which round less."""

    def fused(z, normaliser, running, context, positions=1):
        if not context.training or context.calibrate or normaliser != taken_apart("live", "live").normaliser:
            return normalise(z, normaliser, running, context, positions)
        one_by_one = z.transpose(0, 1).reshape(z.shape[1], -1)
        normal = torch.nn.functional.batch_norm(one_by_one, None, None, training=True, eps=EPSILON)
        return normal.view(z.shape[1], z.shape[0], -1).transpose(0, 1)

    monkeypatch.setattr(backpropagation, "compiled", None)
    monkeypatch.setattr(networks, "normalise", fused)


@pytest.fixture(scope="module")
def page(browser, served):
    """A page whose instrument has been loaded."""
    opened = browser.new_page()
    opened.goto(served)
    opened.locator("#instrument").scroll_into_view_if_needed()
    opened.locator("#instrument .moving").first.wait_for(state="attached")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def recorded(page):
    """Return ``recorded(settings, steps)``: what the page's own scripts compute, once for all tests."""

    @cache
    def record(settings, steps=STEPS):
        whole = settings if len(settings) > 5 else (*settings, "live", "live")
        return Run(whole, page.evaluate(RECORD, [*whole, steps]))

    return record


def worst(found: dict[str, torch.Tensor], exact: dict[str, torch.Tensor]) -> dict[str, float]:
    """Largest deviation for each kind of array, in units of the largest entry of each array."""
    deviations: dict[str, float] = {}
    for name, value in exact.items():
        kind = name.rpartition(".")[0] or name
        size = value.abs().max().clamp_min(1e-30)
        deviations[kind] = max(deviations.get(kind, 0), float((found[name].double() - value).abs().max() / size))
    return deviations


@pytest.mark.parametrize(
    ("settings", "arm"),
    [*((settings, arm) for settings in SETTINGS for arm in ARMS), *((settings, "batch_norm") for settings in PARTS)],
    ids=str,
)
def test_every_step_equals_pytorch(recorded, settings, arm):
    """Losses, pre-activations, activations and gradients, each step from the engine's own parameters.

    How far single precision strays depends on the network: Batch Norm of two nearly equal examples divides by almost
    nothing. So PyTorch itself is the measure. From PyTorch in double precision, the engine may stray a few times as far
    as PyTorch in single precision does (mostly it strays less, as its sums are doubles) or by some roundings, and
    nowhere by more than a thousandth of the largest entry.
    """
    run = recorded(settings)
    engine: dict[str, float] = {}
    torch32: dict[str, float] = {}
    for step in run.finite_steps(arm):
        exact = run.in_the_laboratory(arm, step, torch.float64)
        single = run.in_the_laboratory(arm, step, torch.float32)
        if not all(value.isfinite().all() for value in single.values()):
            break  # the step before divergence: some gradients are beyond single precision
        for kept, found in ((engine, run.of(arm, step)), (torch32, single)):
            for kind, deviation in worst(found, exact).items():
                kept[kind] = max(kept.get(kind, 0), deviation)
    assert {"loss", "entering", "active", "gradient.weight", "gradient.bias"} <= engine.keys()
    assert arm == "plain" or {"gradient.scale", "gradient.shift"} <= engine.keys()
    for kind, deviation in engine.items():
        assert deviation <= min(5 * torch32[kind] + 2e-6, 1e-3), f"{kind}: {deviation}, PyTorch {torch32[kind]}"


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_whole_trainings_equal_pytorch(recorded, settings, arm):
    """Rounding errors grow from step to step, as fast as the training is unstable, in PyTorch as in the engine.

    As long as PyTorch in single precision has not parted from double precision, the engine must not have, either.
    """
    run = recorded(settings)
    losses, at = run.trained(arm, torch.float32)
    exact, _ = run.trained(arm, torch.float64)
    assert run.diverged_at(arm) == at
    assert (at >= 0) == (arm == "plain" and settings in DIVERGING)
    steps = run.finite_steps(arm)
    strays = (losses / exact - 1).abs()[: len(steps)].cummax(0).values
    together = int((strays < 1e-4).sum())
    assert together >= (1 if settings not in STEADY else STEPS if arm == "plain" else 5)
    deviation = (run.losses(arm) / exact - 1).abs()[:together]
    assert (deviation <= 30 * strays[:together] + 1e-5).all()


def test_the_start_is_he_s_times_the_gain_and_the_same_in_both(recorded):
    settings = (20, 32, 0.001, 10, 7)
    trees = [recorded(settings).seen(arm, 0)["network"]["parameters"] for arm in ARMS]
    plain, normalised = (parameters(tree, Architecture(depth=20)) for tree in trees)
    for layer in range(21):
        weight = plain[f"weight.{layer}"]
        assert torch.equal(weight, normalised[f"weight.{layer}"])
        unit = weight / (10 * (2 / weight.shape[1]) ** 0.5)
        assert abs(float(unit.mean())) < 4 / unit.numel() ** 0.5
        assert abs(float(unit.var()) - 1) < 4 * (2 / unit.numel()) ** 0.5
    every = torch.cat([plain[f"weight.{layer}"].flatten() for layer in range(1, 20)]) / (10 * (2 / 32) ** 0.5)
    assert abs(float(every.pow(4).mean()) - 3) < 0.3  # normal, not uniform


def test_batches_come_from_the_training_images_each_once_in_an_epoch(recorded):
    run = recorded((5, 128, 0.215, 0.562, 3))
    images, labels = digits()
    training, other = (arm["images"] for arm in run.record["arms"])
    assert training == other
    assert len(training) == len(set(training)) == 1400
    index = {image.numpy().tobytes(): number for number, image in enumerate(rounded(images))}
    seen = []
    for step in range(STEPS):
        inputs, targets = run.batch(step)
        numbers = [index[image.numpy().tobytes()] for image in rounded(inputs[0])]
        assert labels[numbers].tolist() == targets[0].tolist()
        seen += numbers
    assert set(seen) <= set(training)
    first, second = seen[:1280], seen[1280:2560]  # ten batches an epoch
    assert len(set(first)) == len(set(second)) == 1280
    assert first != second


def rounded(images: torch.Tensor) -> torch.Tensor:
    """Pixels as the data set has them, so that images can be told apart whatever the last digits."""
    levels = digits()[0].unique()
    nearest = (images[..., None] - levels).abs()
    assert nearest.min(-1).values.max() < 1e-5
    return nearest.argmin(-1).to(torch.uint8)


@pytest.mark.parametrize("arm", ARMS)
def test_the_loss_on_the_training_set_equals_pytorch(recorded, arm):
    run = recorded((10, 32, 0.1, 1, 0), STEPS + 1)
    training = torch.tensor([run.record["arms"][0]["images"]])
    data = Data(*digits(), training[None], training, training)
    for step in (0, STEPS):
        seen = run.seen(arm, step)
        start = parameters(seen["network"]["parameters"], run.architecture(arm))
        ensemble = assemble(run.architecture(arm), start, [0])
        loss, _ = evaluate(ensemble, data, training, training=True)
        torch.testing.assert_close(unpacked(seen["whole"], 1), loss, rtol=1e-5, atol=0)


@pytest.mark.parametrize("arm", ARMS)
def test_answers_are_those_in_eval_mode_with_the_statistics_of_the_training_set(recorded, arm):
    run = recorded((10, 32, 0.1, 1, 0), STEPS + 1)
    images, labels = digits()
    for step in (0, STEPS):
        seen = run.seen(arm, step)
        shown = torch.tensor(seen["shown"])
        assert labels[shown].tolist() == list(range(10))
        assert not set(seen["shown"]) & set(run.record["arms"][0]["images"])
        architecture, start = run.architecture(arm), run.start(arm, step, torch.float32)
        training = images[torch.tensor([run.record["arms"][0]["images"]])]
        statistics = calibrate(architecture, start, training)
        outputs = forward(architecture, start, images[shown][None], Context(training=False), statistics)
        assert np.frombuffer(base64.b64decode(seen["answers"]), np.int8).tolist() == outputs[0].argmax(-1).tolist()


@pytest.mark.parametrize("settings", [SETTINGS[0], SETTINGS[1], SETTINGS[4]], ids=str)
def test_hills_and_dots_are_those_of_the_arrays(recorded, settings):
    run = recorded(settings)
    depth, bins = settings[0], run.record["bins"]
    edges = np.sinh(np.linspace(-1, 1, bins + 1) * run.record["reach"])
    for step in (0, STEPS - 1):
        for arm in ARMS:
            seen, found = run.seen(arm, step), run.of(arm, step)
            shapes = np.frombuffer(base64.b64decode(seen["shape"]), np.uint8).reshape(depth, bins)
            slopes, sizes = (unpacked(seen[name], depth) for name in ("gradient", "size"))
            for layer in range(depth):
                hill = shapes[layer] / shapes[layer].sum()
                expected, _ = np.histogram(found[f"entering.{layer}"], edges)
                expected = np.ceil(255 * expected / expected.max())
                # Values next to an edge may be counted in the bin beside it, for the table has eight bits of them.
                assert np.abs(np.cumsum(hill) - np.cumsum(expected / expected.sum())).max() < 0.05
                for dots, name in ((slopes, f"gradient.weight.{layer}"), (sizes, f"entering.{layer}")):
                    expected = found[name].double().square().mean().sqrt()
                    torch.testing.assert_close(dots[layer].double(), expected, rtol=1e-6, atol=0)


# Places in the midst of their kind on the map: rate, gain, and what becomes of the two networks there.
PLACES = [
    (0.0464, 1, ("trains", "trains")),
    (0.1, 0.178, ("does not train", "trains")),
    (0.01, 5.62, ("diverges", "does not train")),
]
LAST_LOSSES = """
([rate, gain, mean, size]) => {
  const engine = whybnEngine(), { images, labels, steps } = whybn.data.instrument;
  const digits = engine.digits(images, labels);
  return [0, 1, 2, 3, 4].map((seed) => {
    return [null, { mean, size }].map((normaliser) => {
      const training = engine.training({ depth: 10, batch: 32, rate, gain, seed }, digits, normaliser);
      let seen;
      for (let step = 0; step <= steps; step++) seen = training.next();
      return isNaN(seen.whole) ? Number.MAX_VALUE : seen.whole;
    });
  });
}
"""


def kind(loss):
    return "diverges" if loss is None or loss > 1e300 else "trains" if loss < 0.5 else "does not train"


@pytest.mark.parametrize(("rate", "gain", "kinds"), PLACES)
def test_the_instrument_agrees_with_the_map(page, rate, gain, kinds):
    """In kind, and in the median of some starts, for its random numbers are others."""
    data = page.evaluate("(({ rates, gains, map }) => ({ rates, gains, map }))(whybn.data.instrument)")
    places = (("gains", gain), ("rates", rate))
    row, column = (int(np.abs(np.log(np.array(data[name]) / at)).argmin()) for name, at in places)

    assert tuple(kind(arm[row][column]) for arm in data["map"]) == kinds
    found = np.median(page.evaluate(LAST_LOSSES, [rate, gain, "live", "live"]), axis=0)
    assert tuple(kind(loss) for loss in found) == kinds


# What the article tells the reader to try: rate, gain, mean, size, and what becomes of the network with these parts.
TRIES = [
    (0.3, 1, "live", "off", "trains"),
    (1, 1, "live", "off", "diverges"),
    (1, 1, "live", "live", "trains"),
    (0.1, 3.162, "live", "off", "diverges"),
    (0.1, 3.162, "off", "live", "trains"),
    (0.1, 1, "stopped", "live", "does not train"),
]


@pytest.mark.parametrize(("rate", "gain", "mean", "size", "becomes"), TRIES)
def test_what_the_reader_is_told_to_expect_comes_about(page, rate, gain, mean, size, becomes):
    assert kind(np.median(page.evaluate(LAST_LOSSES, [rate, gain, mean, size]), axis=0)[1]) == becomes


def test_every_link_into_the_instrument_is_tried():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    links = [dict(parse_qsl(query)) for query in re.findall(r"\(\?(instrument\.[^#)]*)#instrument\)", text)]
    assert links
    tried = {(rate, gain, mean, size) for rate, gain, mean, size, _ in TRIES}
    for link in links:
        rate, gain = (float(link[f"instrument.{name}"]) for name in ("rate", "gain"))
        assert (rate, gain, link["instrument.mean"], link["instrument.size"]) in tried


def test_the_instrument_s_scripts_are_small():
    assert sum(len(gzip.compress(script.read_bytes())) for script in SCRIPTS) <= TRANSFER
