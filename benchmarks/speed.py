"""How fast the ensembles train, as ratios measured side by side in one run. Run by `make bench`.

1. A sweep of 50 members on the whole machine, against the loop over torch.nn networks that a user would write
   (default threads). Goal: six times faster.
2. A training step of an ensemble on one thread, over its own matrix products alone, by PyTorch: of the plain arm (goal:
   at most 1.3), of Batch Norm (1.6), and of convolutional ensembles over the products with their unfolded patches (2.0).
3. `make figures` with nothing to do, against a start of Python that imports torch. Goal: at most half.

Every figure is the median of several rounds in which the rivals take turns, so that a busy machine slows both.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import joblib
import numpy as np
import torch
from torch import nn

from whybn.common import arithmetic
from whybn.lab.arms import BATCH_NORM
from whybn.lab.convolution import Convolutional
from whybn.lab.data import digits_for, fashion_for
from whybn.lab.networks import REFERENCE, Architecture, Design, initialise, with_arm
from whybn.lab.training import assemble, train
from whybn.pipeline.workers import MEMORY, single_threaded

MEMBERS = 50
LOOPED = 5  # members that the plain loop trains; its time grows with their number, so it is scaled up
STEPS = 100
BATCH = 32
RATE = 0.03
ROUNDS = 5
RIVALS = (
    ("plain", REFERENCE, 108, 1.3),
    ("batch_norm", with_arm(REFERENCE, "batch_norm"), 108, 1.6),
    ("plain, convolutional", Convolutional(), 64, 2.0),
    ("batch_norm, convolutional", Convolutional(arm="batch_norm"), 64, 2.0),
)


def ensemble_on_all_cores(arm: str, pool: joblib.Parallel, cores: int) -> None:
    """The sweep as the pipeline runs it: one single-threaded worker per core."""
    shares = [MEMBERS // cores + (core < MEMBERS % cores) for core in range(cores)]
    pool(joblib.delayed(alone)(arm, share) for share in shares if share)


def alone(arm: str, members: int) -> None:
    """Train `members` networks of the reference architecture at once, on one thread."""
    with single_threaded():
        step(with_arm(REFERENCE, arm), members)()


def plain_loop(arm: str) -> None:
    """A tenth of the sweep, one torch.nn network after the other, with torch.optim and torch's default threads."""
    torch.set_num_threads(os.cpu_count() or 1)
    data = digits_for([0], BATCH, STEPS)
    for member in range(LOOPED):
        torch.manual_seed(member)
        network = torch_network(with_arm(REFERENCE, arm))
        optimiser = torch.optim.SGD(network.parameters(), lr=RATE)
        for index in data.order[:, 0]:
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(data.inputs[index]), data.targets[index]).backward()
            optimiser.step()


def torch_network(architecture: Architecture) -> nn.Sequential:
    """The architecture as a user would write it."""
    modules: list[nn.Module] = []
    for layer in range(architecture.depth):
        modules.append(nn.Linear(*architecture.fans(layer)))
        if architecture.arm == BATCH_NORM:
            modules.append(nn.BatchNorm1d(architecture.width))
        modules.append(nn.ReLU())
    return nn.Sequential(*modules, nn.Linear(*architecture.fans(architecture.depth)))


def step(design: Design, members: int) -> Callable[[], None]:
    """A training of `members` networks of one design."""
    seeds = [0] * members
    data = (fashion_for if isinstance(design, Convolutional) else digits_for)([0], BATCH, STEPS)
    start = assemble(design, initialise(design, seeds), seeds)

    def work() -> None:
        train(start, data, [RATE] * members)

    return work


def products(design: Architecture, members: int) -> Callable[[], None]:
    """The batched products of such a training alone: forward, slope of the weights, slope of the inputs."""
    generator = np.random.default_rng(0)
    shapes = []
    for layer in range(design.depth + 1):
        rows = BATCH * (design.positions(layer) if layer < design.depth else 1)
        shapes.append((rows, *design.fans(layer)))
    pairs = [
        tuple(generator.random((members, *shape), np.float32) for shape in ((rows, into), (into, out), (rows, out)))
        for rows, into, out in shapes
    ]

    def multiply() -> None:
        for _ in range(STEPS):
            for layer, (x, weight, slope) in enumerate(pairs):
                np.matmul(x, weight)
                np.matmul(x.swapaxes(1, 2), slope)
                if layer:
                    np.matmul(slope, weight.swapaxes(1, 2))

    return multiply


def over_products(design: Architecture, members: int) -> float:
    """Time of a training over that of its products, on one thread."""
    with single_threaded():
        return compare(step(design, members), products(design, members))


def python(*arguments: str) -> None:
    """Run Python from its start to its end."""
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands


def seconds(work: Callable[[], None]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(first: Callable[[], None], second: Callable[[], None]) -> float:
    """Median over rounds of the time of `first` over the time of `second`; both warm up once."""
    first()
    second()
    return statistics.median(seconds(first) / seconds(second) for _ in range(ROUNDS))


def main() -> None:
    """Print each ratio beside its goal."""
    cores = os.cpu_count() or 1
    print(f"{cores} cores, torch {torch.__version__}, {arithmetic.name()}, {MEMBERS} members, {STEPS} steps, batch {BATCH}")
    os.environ.setdefault("GLIBC_TUNABLES", MEMORY)  # for the workers, as the pipeline sets them up
    with joblib.Parallel(n_jobs=cores) as pool:
        for arm in ("plain", "batch_norm"):
            ratio = (MEMBERS / LOOPED) * compare(
                lambda arm=arm: plain_loop(arm), lambda arm=arm: ensemble_on_all_cores(arm, pool, cores)
            )
            print(f"sweep, {arm}: {ratio:.1f} times faster than the plain loop (goal 6)")
        for name, design, members, goal in RIVALS:
            (ratio,) = pool([joblib.delayed(over_products)(design, members)])
            print(f"step, {name}: {ratio:.2f} times its own products (goal at most {goal})")
    idle = compare(lambda: python("-m", "whybn", "figures"), lambda: python("-c", "import torch"))
    print(f"figures with nothing to do take {idle:.2f} times as long as a start of Python with torch (goal at most 0.5)")


if __name__ == "__main__":
    main()
