"""A normaliser is data: what is subtracted, what divides, over which values, how fresh, and whether the gradient knows.

Subtract a mean, divide by a size; both are taken from the values that arrive. Batch, Layer, Group and RMS Norm and their
parts are points of this space (`whybn.lab.arms` names some). Here stand the description, its checks and the reference
that autograd differentiates; `whybn.lab.compiled` computes the same faster.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from whybn.lab.noise import KINDS, Noise

EPSILON = 1e-5  # torch.nn's default, added to every squared size
MOMENTUM = 0.1  # torch.nn's default weight of the newest batch in the running statistics
GROUPS = 4  # groups of units, where statistics are taken over groups

# Over which values a statistic is taken: those of one unit over the mini-batch; all of the layer over the mini-batch;
# all of the layer for one example; a group of units for one example. Positions of a picture count with their example.
OVER = ("batch", "layer", "example", "group")
FROM_BATCH = ("batch", "layer")
ORDERS = (1, 2, float("inf"))

Values = Float[Tensor, "member row unit"]  # a row is an example, or one position of one, position after position
PerUnit = Float[Tensor, "member unit"]


@dataclass(frozen=True)
class Mean:
    """What is subtracted. Raises ValueError for what cannot be.

    over: one of OVER. gradient: the backward pass goes through it, too. every: training steps between two readings; 1
    reads each mini-batch, None only the calibration before the first step. lag: what a step uses is that of the step
    before (the first step its own).
    """

    over: str = "batch"
    gradient: bool = True
    every: int | None = 1
    lag: bool = False

    def __post_init__(self) -> None:
        if self.over not in OVER:
            raise ValueError(f"statistics over {self.over!r} are unknown; known: {', '.join(OVER)}")
        if self.every is not None and self.every < 1:
            raise ValueError(f"every must be a number of steps or None for never, not {self.every}")
        if self.lag and self.every != 1:
            raise ValueError("only a statistic that is read at every step can lag by one")
        if self.held and self.gradient:
            raise ValueError("a statistic of another step is a constant: it needs gradient=False")
        if self.held and self.over not in FROM_BATCH:
            raise ValueError(f"statistics over {self.over!r} belong to their example and cannot be held for another")

    @property
    def held(self) -> bool:
        """Whether steps use a value that an earlier reading left."""
        return self.every != 1 or self.lag


@dataclass(frozen=True)
class Size(Mean):
    """What divides: the size of the values about their mean, or about zero.

    order: 2 for the root of the mean square, 1 for the mean absolute value, infinity for the largest one. Other orders
    than 2 are taken about the mean of the unit over the mini-batch.
    """

    about_mean: bool = True
    order: int | float = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.order not in ORDERS:
            raise ValueError(f"a size of order {self.order} is unknown; known: {', '.join(map(str, ORDERS))}")
        if self.order != 2 and (self.over, self.about_mean, self.gradient, self.every) != ("batch", True, True, 1):
            raise ValueError("a size of another order than 2 is live and taken over the batch, about the mean")

    def unbiased(self, count: int, context: "Context") -> float:
        """What the squared size over `count` values is multiplied by before it is kept: torch.nn keeps unbiased ones."""
        usual = self.about_mean and self.order == 2 and self.over == "batch" and not self.held
        return count / (count - 1) if usual and context.keeps(self) and not context.calibrate else 1.0


@dataclass(frozen=True)
class Normaliser:
    """Subtract `centre`, divide by `divide`; either may be None.

    ghost: examples that share their statistics in train mode (Hoffer, Hubara and Soudry 2017); None means all. Raises
    ValueError where neither is given, and for ghosts of statistics that are not taken over the batch.
    """

    centre: Mean | None = None
    divide: Size | None = None
    ghost: int | None = None

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a normaliser subtracts or divides; for neither, leave the normaliser out")
        if self.ghost is not None and any(part.over != "batch" for part in self.parts):
            raise ValueError("ghosts share statistics of the mini-batch; this normaliser has others")

    @property
    def parts(self) -> tuple[Mean, ...]:
        """The statistics that it takes."""
        return tuple(part for part in (self.centre, self.divide) if part is not None)

    @property
    def uses_batch(self) -> bool:
        """Whether it needs running statistics in eval mode."""
        return any(part.over in FROM_BATCH for part in self.parts)

    @property
    def held(self) -> bool:
        """Whether it needs them in train mode, too."""
        return any(part.held for part in self.parts)


WEIGHTS = ("free", "unit", "standardised")


@dataclass(frozen=True)
class Arm:
    """One way to build a layer: linear map, normaliser, scale and shift (or bias), noise; then the activation function.

    affine: scale and shift of each unit behind the normaliser; else a bias. noise: one of `noise.KINDS` behind that,
    in training steps.
    squash: tanh(alpha z) with a trained alpha in the place of a normaliser (DyT; Zhu et al. 2025). weights: the linear
    map uses the weights as they are, each unit's divided by their norm (after Salimans and Kingma 2016, with the length
    that He initialisation gives), or also centred (scaled weight standardisation, Brock, De and Smith 2021).
    Raises ValueError for unknown weights or noise, and for a normaliser beside `squash`.
    """

    normaliser: Normaliser | None = None
    affine: bool = False
    noise: str | None = None
    squash: bool = False
    weights: str = "free"

    def __post_init__(self) -> None:
        if self.weights not in WEIGHTS:
            raise ValueError(f"unknown weights {self.weights!r}; known: {', '.join(WEIGHTS)}")
        if self.noise is not None and self.noise not in KINDS:
            raise ValueError(f"unknown noise {self.noise!r}; known: {', '.join(KINDS)}")
        if self.squash and self.normaliser is not None:
            raise ValueError("a layer is squashed or normalised, not both")

    @property
    def uses_batch(self) -> bool:
        """Whether it has running statistics."""
        return self.normaliser is not None and self.normaliser.uses_batch

    @property
    def held(self) -> bool:
        """Whether train mode uses statistics that earlier steps left."""
        return self.normaliser is not None and self.normaliser.held


@dataclass
class Running:
    """Running statistics of one layer: mean and squared size of each unit, updated in place in training.

    Of live statistics, an average over steps (with the unbiased variance, as torch.nn has it); of held ones, the last
    that were read.
    """

    mean: PerUnit
    variance: PerUnit


@dataclass(frozen=True)
class Context:
    """How a forward pass uses the normalisers.

    training: True uses the statistics of the batch at hand (where the normaliser's are live), False the running ones.
    step: number of the training step, which moves the running statistics; None for a look that leaves no trace.
    calibrate: read all statistics of these examples and keep them as they are.
    noise: for arms with noise; None means no noise, as at test time.
    """

    training: bool
    step: int | None = None
    calibrate: bool = False
    noise: Noise | None = None

    def reads(self, part: Mean) -> bool:
        """Whether this pass uses the values at hand for a statistic, rather than those that are kept."""
        if not self.training:
            return part.over not in FROM_BATCH
        if not part.held or self.calibrate:
            return True
        if part.lag:
            return self.step == 0
        return self.step is not None and part.every is not None and self.step % part.every == 0

    def keeps(self, part: Mean) -> bool:
        """Whether this pass moves a running statistic."""
        if not self.training or part.over not in FROM_BATCH:
            return False
        return self.calibrate or (self.step is not None and (not part.held or part.lag or self.reads(part)))

    def weight(self, part: Mean) -> float:
        """Weight of the values at hand in a running statistic that moves."""
        return 1.0 if self.calibrate or part.held else MOMENTUM


def normalise(z: Values, normaliser: Normaliser, running: Running | None, context: Context, positions: int = 1) -> Values:
    """`z` less its mean, over its size, each member by itself; rows of one example lie next to each other.

    running: moved in place where the context says so. positions: rows of one example. Raises ValueError where kept
    statistics are needed and there are none, and where one value has to tell a mean or a size.
    """
    members, rows, units = z.shape
    examples = rows // positions
    ghosts = ghosts_of(normaliser, examples) if context.training and not context.calibrate else 1
    x = z.view(members * ghosts, examples // ghosts, positions, units)
    check_enough(normaliser, context, x.shape[1] * positions)
    centred, size_about = x, 0.0
    if normaliser.centre is not None:
        mean = _mean(x, normaliser.centre.over)
        used = _used(mean, "mean", normaliser.centre, running, context, ghosts)
        centred = x - used
    if normaliser.divide is None:
        return centred.reshape(z.shape)
    part = normaliser.divide
    if part.about_mean:
        size_about = _mean(x, part.over)
    square = _square(x - size_about, part)
    used = _used(square, "variance", part, running, context, ghosts, part.unbiased(x.shape[1] * positions, context))
    return (centred / (used + EPSILON).sqrt()).reshape(z.shape)


def ghosts_of(normaliser: Normaliser, examples: int) -> int:
    """How many ghosts a mini-batch holds. Raises ValueError for an incomplete one."""
    ghosts, rest = divmod(examples, normaliser.ghost or examples)
    if rest:
        raise ValueError(f"groups of {normaliser.ghost} do not fill a batch of {examples}")
    return ghosts


def check_enough(normaliser: Normaliser, context: Context, values: int) -> None:
    """Raise ValueError where one value would have to tell the mean or the size of a unit over the mini-batch."""
    if values == 1 and any(part.over == "batch" and context.reads(part) for part in normaliser.parts):
        raise ValueError("one example has no mean and spread of its own: use mini-batches of at least two, or eval mode")


def kept(running: Running | None) -> Running:
    """The running statistics. Raises ValueError where there are none."""
    if running is None:
        raise ValueError("this pass needs running statistics; pass those of the training run, or calibrate")
    return running


def _mean(x: Tensor, over: str) -> Tensor:
    """The mean of (member, example, position, unit), to be subtracted from it."""
    if over == "group":
        grouped = x.unflatten(-1, (GROUPS, -1))
        return grouped.mean((2, 4), keepdim=True).expand(-1, -1, -1, -1, grouped.shape[-1]).flatten(3)
    return x.mean({"batch": (1, 2), "layer": (1, 2, 3), "example": (2, 3)}[over], keepdim=True)


def _square(centred: Tensor, part: Size) -> Tensor:
    """The squared size of what is left, in the same form."""
    if part.order == 2:
        return _mean(centred.square(), part.over)
    if part.order == 1:
        return centred.abs().mean((1, 2), keepdim=True).square()
    return centred.abs().amax((1, 2), keepdim=True).square()


def _used(
    found: Tensor, name: str, part: Mean, running: Running | None, context: Context, ghosts: int, unbiased: float = 1.0
) -> Tensor:
    """The statistic that this pass uses, of `found` at hand and what is kept under `name`; moves what is kept."""
    if context.reads(part):
        used = found if part.gradient else found.detach()
    else:
        used = getattr(kept(running), name).clone()[:, None, None].repeat_interleave(ghosts, 0)
    if running is not None and context.keeps(part):  # with its unbiased form
        value = getattr(running, name)
        new = found.detach().expand(-1, 1, 1, value.shape[1]).reshape(len(value), ghosts, -1).mean(1)
        value.lerp_(new * unbiased, context.weight(part))
    return used
