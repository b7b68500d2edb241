"""What whybn.look and four other tools do on the same models, and what they leave changed.

    pip install torchinfo loss-landscapes pyhessian captum
    python scripts/compare_tools.py

docs/your-network.md tells the outcome in words. A tool that is not installed is left out, and said so. The models are a
residual convolutional network with Batch Norm, an LSTM and a small transformer, in train mode.
"""

import contextlib
import io
import time
import warnings
from collections.abc import Callable
from importlib import metadata

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, relu

from whybn.look import look

CLASSES, EXAMPLES = 5, 32
Batch = tuple[Tensor, Tensor]


class Residual(nn.Module):
    """Two residual blocks with Batch Norm, a rectifier that overwrites, and dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(3))
        self.branches = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1, bias=False) for _ in range(2))
        self.drop = nn.Dropout(0.2)
        self.answer = nn.Linear(8, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        """Images (example, 3, height, width) to scores."""
        values = relu(self.norms[0](self.stem(images)), inplace=True)
        for norm, branch in zip(self.norms[1:], self.branches, strict=True):
            values = relu(values + norm(branch(values)), inplace=True)
        return self.answer(self.drop(values.mean((2, 3))))


class Recurrent(nn.Module):
    """An LSTM that answers at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.reader, self.answer = nn.LSTM(6, 8, batch_first=True), nn.Linear(8, CLASSES)

    def forward(self, sequences: Tensor) -> Tensor:
        """Sequences (example, step, 6) to scores."""
        return self.answer(self.reader(sequences)[0][:, -1])


class Transformer(nn.Module):
    """One layer of attention."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.TransformerEncoderLayer(6, 2, 16, batch_first=True)
        self.answer = nn.Linear(6, CLASSES)

    def forward(self, sequences: Tensor) -> Tensor:
        """Sequences (example, step, 6) to scores."""
        return self.answer(self.encoder(sequences).mean(1))


def models() -> dict[str, tuple[nn.Module, Batch]]:
    """Each model with a batch."""
    torch.manual_seed(0)
    made = {"residual": (Residual(), (EXAMPLES, 3, 12, 12)), "LSTM": (Recurrent(), (EXAMPLES, 7, 6))}
    made["transformer"] = (Transformer(), (EXAMPLES, 7, 6))
    return {
        name: (model, (torch.randn(shape), torch.randint(CLASSES, (EXAMPLES,)))) for name, (model, shape) in made.items()
    }


def whybn(model: nn.Module, batch: Batch) -> str:
    """The report's first sentence."""
    return look(model, batch, cross_entropy).first[0].says


def torchinfo(model: nn.Module, batch: Batch) -> str:
    """The summary's totals."""
    from torchinfo import summary

    found = summary(model, input_data=batch[0], verbose=0)
    return f"{found.total_params} parameters, {found.total_mult_adds} multiplications"


def loss_landscapes(model: nn.Module, batch: Batch) -> str:
    """The loss on a random line, filter by filter."""
    import loss_landscapes as tool
    from loss_landscapes.metrics import Loss

    found = tool.random_line(model, Loss(cross_entropy, *batch), distance=1, steps=5, normalization="filter")
    return f"losses {[round(float(one), 3) for one in found]}"


def pyhessian(model: nn.Module, batch: Batch) -> str:
    """The largest eigenvalue of the Hessian."""
    from pyhessian import hessian

    values, _ = hessian(model, nn.CrossEntropyLoss(), data=batch, cuda=False).eigenvalues(maxIter=20)
    return f"largest eigenvalue {values[0]:.3g}"


def captum(model: nn.Module, batch: Batch) -> str:
    """What the units of the first layer contribute to each answer."""
    from captum.attr import LayerGradientXActivation

    layer = next(module for module in model.modules() if not list(module.children()))
    found = LayerGradientXActivation(model, layer).attribute(batch[0], target=batch[1])
    shape = tuple(found[0].shape if isinstance(found, tuple) else found.shape)
    return f"attributions of shape {shape}"


TOOLS = {
    "whybn": whybn,
    "torchinfo": torchinfo,
    "loss-landscapes": loss_landscapes,
    "pyhessian": pyhessian,
    "captum": captum,
}


def state(model: nn.Module) -> dict[str, object]:
    """What a tool could have changed."""
    return {
        "weights": [one.detach().clone() for one in model.parameters()],
        "buffers": [one.clone() for one in model.buffers()],
        "modes": [module.training for module in model.modules()],
        "gradients": [one.grad is None for one in model.parameters()],
        "random numbers": [torch.get_rng_state()],
        "hooks": [len(module._forward_hooks) for module in model.modules()],  # noqa: SLF001 - there is no other way to ask
    }


def changed(before: dict[str, list], after: dict[str, list]) -> list[str]:
    """The names of what differs, bit for bit."""

    def same(one: object, other: object) -> bool:
        return torch.equal(one, other) if isinstance(one, Tensor) else one == other

    return [name for name, old in before.items() if not all(map(same, old, after[name]))]


def tried(tool: Callable[[nn.Module, Batch], str], model: nn.Module, batch: Batch) -> str:
    """What came of it, in one line."""
    before, start = state(model), time.perf_counter()
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome = tool(model, (batch[0].clone(), batch[1].clone()))
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is its outcome
        outcome = f"FAILS: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    left = ", ".join(changed(before, state(model))) or "nothing"
    return f"{outcome}; changed: {left}; {time.perf_counter() - start:.1f} s"


def main() -> None:
    """Print a line for each tool and model."""
    for name, tool in TOOLS.items():
        try:
            print(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"{name}: not installed")
            if name != "whybn":
                continue
        for kind, (model, batch) in models().items():
            print(f"    {kind}: {tried(tool, model, batch)}")


if __name__ == "__main__":
    main()
