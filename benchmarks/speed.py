"""How fast the ensembles train, as ratios measured side by side in one run. Run by `make bench`.

1. A sweep of 50 members on the whole machine, against the loop over torch.nn networks that a user would write
   (default threads). Goal: six times faster.
2. The plain arm on one thread: floating-point operations of its matrix products per second, against the rate of
   the same batched products alone. Goal: 60 %.
3. The Batch Norm arm's cost against the plain arm's. Goal: at most 1.4.
4. `make figures` with nothing to do, against a start of Python that imports torch. Goal: at most half.

Every figure is the median of several rounds in which the rivals take turns, so that a busy machine slows both.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import joblib
import torch
from torch import nn

from whybn.lab.arms import BATCH_NORM
from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, Architecture, initialise, with_arm
from whybn.lab.training import assemble, train
from whybn.pipeline.workers import MEMORY

MEMBERS = 50
LOOPED = 5  # members that the plain loop trains; its time grows with their number, so it is scaled up
STEPS = 100
BATCH = 32
RATE = 0.03
ROUNDS = 5


def ensemble(arm: str, members: int, steps: int = STEPS) -> None:
    """Train `members` networks of the reference architecture at once, on one thread."""
    torch.set_num_threads(1)
    architecture = with_arm(REFERENCE, arm)
    seeds = [0] * members
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    train(start, digits_for([0], BATCH, steps), [RATE] * members)


def ensemble_on_all_cores(arm: str, pool: joblib.Parallel, cores: int) -> None:
    """The sweep as the pipeline runs it: one single-threaded worker per core."""
    shares = [MEMBERS // cores + (core < MEMBERS % cores) for core in range(cores)]
    pool(joblib.delayed(ensemble)(arm, share) for share in shares if share)


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


def matrix_products(members: int, steps: int = STEPS) -> None:
    """The batched products of forward and backward alone: three of them per layer and step."""
    torch.set_num_threads(1)
    shapes = [REFERENCE.fans(layer) for layer in range(REFERENCE.depth + 1)]
    pairs = [(torch.randn(members, BATCH, fan_in), torch.randn(members, fan_in, out)) for fan_in, out in shapes]
    for _ in range(steps):
        for x, weight in pairs:
            y = torch.bmm(x, weight)
            torch.bmm(x.mT, y)
            torch.bmm(y, weight.mT)


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
    print(f"{cores} cores, torch {torch.__version__}, {MEMBERS} members, {STEPS} steps, batch {BATCH}")
    os.environ.setdefault("GLIBC_TUNABLES", MEMORY)  # for the workers, as the pipeline sets them up
    with joblib.Parallel(n_jobs=cores) as pool:
        for arm in ("plain", "batch_norm"):
            ratio = (MEMBERS / LOOPED) * compare(
                lambda arm=arm: plain_loop(arm), lambda arm=arm: ensemble_on_all_cores(arm, pool, cores)
            )
            print(f"sweep, {arm}: {ratio:.1f} times faster than the plain loop (goal 6)")
        alone = (
            joblib.delayed(compare)(lambda: matrix_products(MEMBERS), lambda: ensemble("plain", MEMBERS)),
            joblib.delayed(compare)(lambda: ensemble("batch_norm", MEMBERS), lambda: ensemble("plain", MEMBERS)),
        )
        share, cost = (pool([task])[0] for task in alone)
    print(f"plain arm: {100 * share:.0f} % of the single-thread matrix-product rate (goal 60 %)")
    print(f"Batch Norm costs {cost:.2f} times the plain arm (goal at most 1.4)")
    idle = compare(lambda: python("-m", "whybn", "figures"), lambda: python("-c", "import torch"))
    print(f"figures with nothing to do take {idle:.2f} times as long as a start of Python with torch (goal at most 0.5)")


if __name__ == "__main__":
    main()
