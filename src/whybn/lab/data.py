"""The data every training uses: real handwritten digits, pictures of clothes and one toy curve.

Nothing is downloaded: the digits ship with scikit-learn (1,797 images of 8 x 8 pixels, from the UCI
repository, Alpaydin and Kaynak 1998), and a part of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017) with this package.
"""

import gzip
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

TRAINING_IMAGES = 1400  # of 1,797; the other 397 are the test images
FASHION_TRAINING_IMAGES = 4000  # of 5,000
FASHION_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # where Debian's dataset-fashion-mnist puts all 70,000
FASHION_DIGEST = "938b24a9ffbd4eabf929bbdd6e28cf34f521e616b3f9318d079927bf15005425"  # SHA-256 of fashion.npz


@dataclass(frozen=True)
class Data:
    """Examples shared by all members, and which of them each seed uses when. Row i of a seed axis is the i-th seed
    in sorted order (where one seed's data come in several orders, each has its own row).

    inputs: (example, input). targets: (example,) int64 labels, or (example, output) values.
    order: (step, seed, batch), indices of each step's mini-batch for each seed.
    training, test: (seed, example), indices of each seed's own training and test examples.
    """

    inputs: Float[Tensor, "example input"]
    targets: Tensor
    order: Int[Tensor, "step seed batch"]
    training: Int[Tensor, "seed training_example"]
    test: Int[Tensor, "seed test_example"]

    def at(self, index: Int[Tensor, "*shape"]) -> tuple[Float[Tensor, "*shape input"], Tensor]:
        """Inputs and targets of these examples."""
        # Whole rows at once: a sixth of the time of inputs[index].
        return F.embedding(index, self.inputs), self.targets[index]

    def to(self, device: torch.device) -> "Data":
        """The same on another device."""
        return Data(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


@cache
def digits() -> tuple[Float[Tensor, "image pixel"], Int[Tensor, "image"]]:
    """All digits, as rows of 64 pixels with mean 0 and standard deviation 1 over the whole data set, and labels."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - half a second that the toy experiments do without

    images, labels = load_digits(return_X_y=True)
    pixels = torch.tensor(images, dtype=torch.float32)
    return (pixels - pixels.mean()) / pixels.std(), torch.tensor(labels, dtype=torch.int64)


@cache
def fashion(whole: bool = False) -> tuple[Float[Tensor, "image pixel"], Int[Tensor, "image"]]:
    """5,000 pictures of clothes, as rows of 196 pixels with mean 0 and standard deviation 1, and labels of ten classes.

    Made by scripts/make_fashion_subset.py. whole: all 70,000, from FASHION_FOLDER. Raises ValueError where the file of
    the 5,000 is not the one that was made, FileNotFoundError where the 70,000 are not installed.
    """
    if whole:
        parts = [fashion_mnist(name) for name in ("train", "t10k")]
        images, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    else:
        content = Path(__file__).with_name("fashion.npz").read_bytes()
        if hashlib.sha256(content).hexdigest() != FASHION_DIGEST:
            raise ValueError("fashion.npz is damaged or another file; check it out again")
        arrays = np.load(io.BytesIO(content))
        images, labels = arrays["images"], arrays["labels"]
    pixels = torch.tensor(images, dtype=torch.float32).flatten(1)
    return (pixels - pixels.mean()) / pixels.std(), torch.tensor(labels, dtype=torch.int64)


def fashion_mnist(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (image, 14, 14), each pixel the mean of 2 x 2, and labels (image,), both uint8: "train" or "t10k".

    Raises FileNotFoundError where Debian's package dataset-fashion-mnist is not installed.
    """
    if not FASHION_FOLDER.is_dir():
        raise FileNotFoundError(f"{FASHION_FOLDER} is missing; install Debian's package dataset-fashion-mnist")

    def behind(header: int, file: str) -> np.ndarray:
        return np.frombuffer(gzip.decompress((FASHION_FOLDER / file).read_bytes()), np.uint8, offset=header)

    images = behind(16, f"{name}-images-idx3-ubyte.gz").reshape(-1, 14, 2, 14, 2)
    return images.mean((2, 4)).round().astype(np.uint8), behind(8, f"{name}-labels-idx1-ubyte.gz")


def split(seed: int, examples: int = 1797, training: int = TRAINING_IMAGES) -> tuple[Tensor, Tensor]:
    """Indices of this seed's own training and test examples: two int64 vectors, disjoint, together all examples."""
    order = torch.randperm(examples, generator=_generator(seed, "split"))
    return order[:training], order[training:]


def batch_order(seed: int, indices: Int[Tensor, "example"], batch: int, steps: int) -> Int[Tensor, "step batch"]:
    """Mini-batches for `steps` steps: each epoch a fresh shuffle of `indices`, its incomplete last batch dropped.

    Raises ValueError when there are fewer examples than one batch holds.
    """
    per_epoch = len(indices) // batch
    if per_epoch == 0:
        raise ValueError(f"a batch of {batch} cannot be drawn from {len(indices)} examples; use a smaller batch")
    generator = _generator(seed, "order")
    epochs = []
    for _ in range(-(-steps // per_epoch)):
        shuffled = indices[torch.randperm(len(indices), generator=generator)]
        epochs.append(shuffled[: per_epoch * batch].view(per_epoch, batch))
    return torch.cat(epochs)[:steps]


def digits_for(seeds: Sequence[int], batch: int, steps: int) -> Data:
    """The digits, split and ordered for each of `seeds`, which must be sorted and distinct (ValueError)."""
    return _split_and_ordered(*digits(), TRAINING_IMAGES, seeds, batch, steps)


def set_aside(
    whole: Data, seeds: Sequence[int], images: int, batch: int, steps: int
) -> tuple[Data, Int[Tensor, "seed image"]]:
    """The same data with the last `images` training examples of each seed kept out of every mini-batch, and those."""
    training, kept_out = whole.training.split([whole.training.shape[1] - images, images], 1)
    order = [batch_order(seed, own, batch, steps) for seed, own in zip(seeds, training, strict=True)]
    return replace(whole, training=training, order=torch.stack(order, 1)), kept_out


def fashion_for(seeds: Sequence[int], batch: int, steps: int, whole: bool = False) -> Data:
    """The pictures of clothes, split and ordered for each of `seeds`, which must be sorted and distinct (ValueError).

    whole: all 70,000 of them, where they are installed.
    """
    images, labels = fashion(whole)
    return _split_and_ordered(images, labels, len(images) * FASHION_TRAINING_IMAGES // 5000, seeds, batch, steps)


def _split_and_ordered(images: Tensor, labels: Tensor, training: int, seeds: Sequence[int], batch: int, steps: int) -> Data:
    if list(seeds) != sorted(set(seeds)):
        raise ValueError(f"seeds must be sorted and distinct, got {list(seeds)}")
    splits = [split(seed, len(images), training) for seed in seeds]
    order = [batch_order(seed, own, batch, steps) for seed, (own, _) in zip(seeds, splits, strict=True)]
    own, test = (torch.stack(column) for column in zip(*splits, strict=True))
    return Data(images, labels, torch.stack(order, 1), own, test)


def curve_for(seeds: Sequence[int], low: float, high: float, examples: int, noise: float) -> Data:
    """Noisy points of the toy curve, `examples` for each seed, inputs uniform on [low, high]; no mini-batch order.

    noise: standard deviation added to the targets. The test examples are the training examples.
    """
    inputs, targets = [], []
    for seed in seeds:
        generator = _generator(seed, "curve")
        x = low + (high - low) * torch.rand(examples, generator=generator)
        inputs.append(x)
        targets.append(target_function(x) + noise * torch.randn(examples, generator=generator))
    own = torch.arange(len(seeds) * examples).view(len(seeds), examples)
    no_order = torch.empty(0, len(seeds), 1, dtype=torch.int64)
    return Data(torch.cat(inputs)[:, None], torch.cat(targets)[:, None], no_order, own, own)


def target_function(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The toy curve on [-1, 1]: a wave whose pitch and height change along the way, so that no part foretells the rest."""
    return torch.sin(torch.pi * (2.2 * x + 1.1 * x**2)) * (0.75 - 0.35 * x) + 0.35 * x


def _generator(seed: int, purpose: str) -> torch.Generator:
    """A stream of its own for every purpose, so that drawing more of one never changes another."""
    offset = {"split": 1, "order": 2, "curve": 3}[purpose]
    return torch.Generator().manual_seed(1_000_003 * offset + seed)
