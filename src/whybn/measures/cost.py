"""What a training step costs in arithmetic, counted, since seconds differ from machine to machine."""

from whybn.lab.networks import Architecture

# Operations of Batch Norm for one value of one unit, read off its formulas: mean (1), variance (3), normalising (2),
# scale and shift (2); on the way back the two means (3) and their removal, times the scale over the deviation (4).
BATCH_NORM_OPERATIONS = 15


def products(architecture: Architecture) -> int:
    """Operations in the matrix products of one example's forward and backward pass, multiplications and additions.

    Forward, gradient for the weights and gradient for the inputs cost the same; the first layer needs none for its
    inputs.
    """
    sizes = [fan_in * fan_out for fan_in, fan_out in map(architecture.fans, range(architecture.depth + 1))]
    return 6 * sum(sizes) - 2 * sizes[0]


def elementwise(architecture: Architecture) -> int:
    """Operations on single values of one example's forward and backward pass in the hidden layers.

    The activation costs one each way; a plain layer adds and sums up a bias, Batch Norm costs what its formulas say.
    Raises ValueError for another arm.
    """
    extra = {"plain": 2, "batch_norm": BATCH_NORM_OPERATIONS}
    if architecture.arm not in extra:
        raise ValueError(f"operations of {architecture.arm!r} are not counted; known: {', '.join(extra)}")
    return architecture.depth * architecture.width * (2 + extra[architecture.arm])
