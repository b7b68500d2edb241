"""Compiled loops for what stands between two matrix products, there and back; and of them a whole step of training.

Each loop takes a member from its first value to its last while it is in the processor's cache. `lab.normalisers` is the
reference. Compiled by numba without fast-math: sums run in a fixed order, whatever the processor. Values are (member,
row, unit); statistics (member, 1, unit) where all rows of a member share them, else (member, example, unit).
"""

import itertools
from typing import no_type_check

import numpy as np
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import carray, njit, types, uintp
from numba.core import cgutils
from numba.extending import intrinsic

from whybn.lab.normalisers import EPSILON

NONE, BATCH, LAYER, EXAMPLE, GROUP = range(5)  # over which values a statistic is taken

# All stand in this one file: numba keeps machine code as long as the file of the calling function is unchanged, and would
# not notice another's. compiled: a function with code of its own. inner: a loop, copied into the code of what calls it, as
# handing arrays over takes longer than it does. within: a long part with one caller or two, which is compiled with them.
compiled = njit(cache=True, error_model="numpy")
inner = njit(cache=True, error_model="numpy", forceinline=True)
within = njit(error_model="numpy", inline="always")


# The small functions take one member and run through its rows once. Of a statistic, row e * step belongs to example e: the
# step is 1 where each example has its own, and 0 where they share one. Where all rows share all statistics, several short
# rows are taken as one wide row, with the statistics repeated. What is not a number stays so: comparisons are written for
# it. Unsigned numbers count from the start: with others LLVM makes no vectors, as they might count from the end.
WIDE = 64  # numbers in a wide row, at most


def rows_in_one(rows: int, units: int) -> int:
    """How many rows make one wide row."""
    return max(count for count in range(1, max(1, WIDE // units) + 1) if rows % count == 0)


@inner
@no_type_check
def _repeat(values, out):
    """Write `values` (1 or example, unit) to the wide rows `out`, as often as they hold it."""
    units = uintp(values.shape[1])
    for k in range(len(out)):
        row, own = out[k], values[k]
        for part in range(uintp(len(row)) // units):
            for u in range(units):
                row[part * units + u] = own[u]


@inner
@no_type_check
def _add_up(wide, share, out):
    """The sums for each unit of a wide row of sums, times `share`."""
    units = uintp(len(out))
    out[:] = 0
    for part in range(uintp(len(wide)) // units):
        for u in range(units):
            out[u] += wide[part * units + u]
    for u in range(units):
        out[u] *= share


@compiled
@no_type_check
def _sum(row, first, count):
    """The sum of some numbers of a row, eight threads of additions beside each other, as one waits for its last result."""
    zero = row.dtype.type(0)
    a, b, c, d, e, f, g, h = zero, zero, zero, zero, zero, zero, zero, zero
    start, eights = uintp(first), uintp(count // 8 * 8)
    for u in range(start, start + eights, uintp(8)):
        a += row[u]
        b += row[u + uintp(1)]
        c += row[u + uintp(2)]
        d += row[u + uintp(3)]
        e += row[u + uintp(4)]
        f += row[u + uintp(5)]
        g += row[u + uintp(6)]
        h += row[u + uintp(7)]
    for u in range(start + eights, start + uintp(count)):
        a += row[u]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@inner
@no_type_check
def _sum_rows(x, total):
    """The sum of the rows of `x`, four at a time, as each addition to memory waits for the last."""
    total[:] = 0
    fours = len(x) // 4 * 4
    for r in range(0, fours, 4):
        a, b, c, d = x[r], x[r + 1], x[r + 2], x[r + 3]
        for u in range(len(total)):
            total[u] += (a[u] + b[u]) + (c[u] + d[u])
    for r in range(fours, len(x)):
        a = x[r]
        for u in range(len(total)):
            total[u] += a[u]


@inner
@no_type_check
def _sum_squares(x, middle, total):
    """The sum over rows of the squares of `x` about `middle`, four rows at a time."""
    total[:] = 0
    fours = len(x) // 4 * 4
    for r in range(0, fours, 4):
        a, b, c, d = x[r], x[r + 1], x[r + 2], x[r + 3]
        for u in range(len(total)):
            one, two, three, four = a[u] - middle[u], b[u] - middle[u], c[u] - middle[u], d[u] - middle[u]
            total[u] += (one * one + two * two) + (three * three + four * four)
    for r in range(fours, len(x)):
        a = x[r]
        for u in range(len(total)):
            one = a[u] - middle[u]
            total[u] += one * one


@inner
@no_type_check
def _sum_tilted(slope, x, middle, total):
    """The sum over rows of `slope` times `x` less `middle`, four rows at a time."""
    total[:] = 0
    fours = len(x) // 4 * 4
    for r in range(0, fours, 4):
        a, b, c, d = x[r], x[r + 1], x[r + 2], x[r + 3]
        s, t, v, w = slope[r], slope[r + 1], slope[r + 2], slope[r + 3]
        for u in range(len(total)):
            one, two, three, four = a[u] - middle[u], b[u] - middle[u], c[u] - middle[u], d[u] - middle[u]
            total[u] += (s[u] * one + t[u] * two) + (v[u] * three + w[u] * four)
    for r in range(fours, len(x)):
        a, s = x[r], slope[r]
        for u in range(len(total)):
            total[u] += s[u] * (a[u] - middle[u])


@inner
@no_type_check
def _fill_mean(x, over, positions, group, room, out):
    """The mean of `x` (row, unit) over what `over` says, in `out` (1 or example, unit); `room` is two rows."""
    rows, units = x.shape
    if over == BATCH:
        _sum_rows(x, room[0])
        _add_up(room[0], x.dtype.type(out.shape[1] / x.size), out[0])
        return
    width = group if over == GROUP else units
    height = rows if over == LAYER else positions
    for e in range(len(out)):
        for first in range(0, units, width):
            whole = x.dtype.type(0)
            for r in range(e * height, (e + 1) * height):
                whole += _sum(x[r], first, width)
            whole *= x.dtype.type(1 / (height * width))
            mean = out[e]
            for u in range(uintp(first), uintp(first + width)):
                mean[u] = whole


@compiled
@no_type_check
def _fill_square(x, about, over, positions, group, room, out):
    """The mean square of `x` (row, unit) about `about` (1 or example, unit), in the form of _fill_mean."""
    if over == BATCH:
        _repeat(about, room[1:])
        _sum_squares(x, room[1], room[0])
        _add_up(room[0], x.dtype.type(out.shape[1] / x.size), out[0])
        return
    gaps, step = np.empty(x.shape, x.dtype), int(len(about) > 1)
    for r in range(len(x)):
        row, own, gap = x[r], about[r // positions * step], gaps[r]
        for u in range(len(row)):
            gap[u] = (row[u] - own[u]) * (row[u] - own[u])
    _fill_mean(gaps, over, positions, group, room, out)


@inner
@no_type_check
def _fill_inverse(square, normalised, out):
    """One over the size; one where nothing divides."""
    one, epsilon = out.dtype.type(1), out.dtype.type(EPSILON)
    for k in range(len(out)):
        for u in range(out.shape[1]):
            out[k, u] = one / np.sqrt(square[k, u] + epsilon) if normalised else one


@inner
@no_type_check
def _apply(x, middle, factor, shift, relu, out):
    """Rows of `x` less `middle`, times `factor`, and `shift`; and ReLU of that, where wanted."""
    zero = x.dtype.type(0)
    for r in range(len(x)):
        row, target = x[r], out[r]
        if relu:
            for u in range(len(row)):
                y = (row[u] - middle[u]) * factor[u] + shift[u]
                target[u] = zero if y < zero else y
        else:
            for u in range(len(row)):
                target[u] = (row[u] - middle[u]) * factor[u] + shift[u]


@inner
@no_type_check
def _apply_by_example(x, positions, middle, middle_step, factor, factor_step, shift, relu, out):
    """The same where each example has a middle or a factor of its own."""
    for e in range(len(x) // positions):
        rows = slice(e * positions, (e + 1) * positions)
        _apply(x[rows], middle[e * middle_step], factor[e * factor_step], shift, relu, out[rows])


@inner
@no_type_check
def _take_relu(slope, out):
    """Take ReLU, which left `out`, out of `slope`."""
    zero = slope.dtype.type(0)
    for r in range(len(slope)):
        s, o = slope[r], out[r]
        for u in range(len(s)):
            s[u] = s[u] if o[u] > zero else zero


@inner
@no_type_check
def _add_bias(z, bias, relu):
    """`add_bias` for one member: z (row, unit), bias (unit,)."""
    zero = z.dtype.type(0)
    for r in range(len(z)):
        row = z[r]
        if relu:
            for u in range(len(row)):
                y = row[u] + bias[u]
                row[u] = zero if y < zero else y
        else:
            for u in range(len(row)):
                row[u] += bias[u]


@compiled
@no_type_check
def add_bias(z, bias, relu):
    """Add `bias` (member, unit) to `z` (member, row, unit) in place, and take ReLU of it, where wanted."""
    for m in range(len(z)):
        _add_bias(z[m], bias[m], relu)


@compiled
@no_type_check
def add_bias_back(out, slope, of_bias, relu):
    """The way back of `add_bias`, which left `out`: ReLU is taken out of `slope`; its sums go to `of_bias`."""
    for m in range(len(slope)):
        if relu:
            _take_relu(slope[m], out[m])
        _sum_rows(slope[m], of_bias[m])


@compiled
@no_type_check
def _add_noise(shift, factor, relu, out):
    zero = out.dtype.type(0)
    for r in range(len(out)):
        row, more, times = out[r], shift[r], factor[r]
        for u in range(len(row)):
            y = more[u] + times[u] * row[u]
            row[u] = zero if relu and y < zero else y


@compiled
@no_type_check
def _take_noise(slope, out, factor, relu):
    """Take ReLU and the noise before it out of `slope`."""
    zero = slope.dtype.type(0)
    for r in range(len(slope)):
        s, o, times = slope[r], out[r], factor[r]
        for u in range(len(s)):
            s[u] = s[u] * times[u] if o[u] > zero or not relu else zero


@inner
@no_type_check
def _send(slope, factor, level, turn, x, middle):
    """Rows of slopes times factor, less what goes through the mean and through the size."""
    for r in range(len(slope)):
        s, row = slope[r], x[r]
        for u in range(len(s)):
            s[u] = s[u] * factor[u] - level[u] - turn[u] * (row[u] - middle[u])


@inner
@no_type_check
def _send_by_example(slope, positions, factor, factor_step, level, level_step, turn, x, middle, middle_step):
    """The same where each example has some of them for itself."""
    for e in range(len(slope) // positions):
        rows = slice(e * positions, (e + 1) * positions)
        f, h, w, c = factor[e * factor_step], level[e * level_step], turn[e * factor_step], middle[e * middle_step]
        _send(slope[rows], f, h, w, x[rows], c)


@compiled
@no_type_check
def _room(z, centre, square, about, by_unit):
    """Where the loops of one member keep what they need for a moment: of each unit, and as wide as the rows."""
    width, dtype, units = z.shape[2], z.dtype, square.shape[2]
    ones, others = centre.shape[1], square.shape[1]
    inverse, factor = np.empty((others, units), dtype), np.empty((others, units), dtype)
    turn, level = np.zeros((others, units), dtype), np.zeros((ones, units), dtype)
    wide = np.empty((others, width), dtype), np.empty((others, width), dtype), np.empty((ones, width), dtype)
    middles = np.empty((ones, width), dtype), np.empty((about.shape[1], width), dtype)
    work = np.empty((0 if by_unit else z.shape[1], width), dtype)
    sums = np.empty((2, width), dtype), np.empty((1, width), dtype)
    return (inverse, factor, turn, level), wide, middles, work, sums


@within
@no_type_check
def _normalise(z, out, scale, shift, centre, about, square, plan, relu, room):
    """`normalise` for one member: z and out (row, unit), statistics (1 or example, unit), scale and shift (1, unit)."""
    mean_over, mean_live, size_over, size_live, about_mean, positions, group = plan
    (inverse, _, _, _), (factor, _, _), (middle, _), _, (pair, offset) = room
    if mean_live:
        _fill_mean(z, mean_over, positions, group, pair, centre)
    if size_live and about_mean and not (mean_live and mean_over == size_over):  # else it is the centre itself
        _fill_mean(z, size_over, positions, group, pair, about)
    if size_live:
        _fill_square(z, about, size_over, positions, group, pair, square)
    _fill_inverse(square, size_over != NONE, inverse)
    for k in range(len(inverse)):
        for u in range(inverse.shape[1]):
            inverse[k, u] *= scale[0, u]
    steps = int(len(centre) > 1), int(len(square) > 1)
    if max(steps):
        _apply_by_example(z, positions, centre, steps[0], inverse, steps[1], shift[0], relu, out)
    else:  # all rows have their statistics in common
        _repeat(shift, offset)
        _repeat(centre, middle)
        _repeat(inverse, factor)
        _apply(z, middle[0], factor[0], offset[0], relu, out)


@within
@no_type_check
def _normalise_back(z, s, scale, centre, about, square, plan, gradients, of_scale, of_shift, room):
    """`normalise_back` for one member, whose slope `s` is that before ReLU and noise; of_scale, of_shift (unit,)."""
    mean_over, _, size_over, _, _, positions, group = plan
    through_mean, through_size = gradients
    (inverse, factor, turn, level), (wide_factor, wide_turn, wide_level), (_, middle), work, (pair, offset) = room
    steps = int(len(centre) > 1), int(len(square) > 1), int(len(about) > 1)
    rows, units, zero, one = len(z), scale.shape[1], z.dtype.type(0), z.dtype.type(1)
    share = z.dtype.type(units / z.size)
    _sum_rows(s, offset[0])
    _add_up(offset[0], one, of_shift)
    _fill_inverse(square, size_over != NONE, inverse)
    for k in range(len(factor)):
        for u in range(units):
            factor[k, u] = inverse[k, u] * scale[0, u]
    if mean_over <= BATCH and size_over <= BATCH:  # then the sums over rows tell all
        _repeat(centre, pair[:1])
        _sum_tilted(s, z, pair[0], offset[0])
        _add_up(offset[0], one, of_scale)
        for u in range(units):
            of_scale[u] *= inverse[0, u]
            level[0, u] = factor[0, u] * of_shift[u] * share * through_mean
            turn[0, u] = scale[0, u] * of_scale[u] * share * through_size
    else:
        of_scale[:] = zero
        for r in range(rows):
            c, k = r // positions * steps[0], r // positions * steps[1]
            for u in range(units):
                tilted = s[r, u] * ((z[r, u] - centre[c, u]) * inverse[k, u])
                of_scale[u] += tilted
                work[r, u] = tilted * scale[0, u]
        if through_size:
            _fill_mean(work, size_over, positions, group, pair, turn)
        if through_mean:
            for r in range(rows):
                k = r // positions * steps[1]
                for u in range(units):
                    work[r, u] = s[r, u] * factor[k, u]
            _fill_mean(work, mean_over, positions, group, pair, level)
    for k in range(len(turn)):
        for u in range(units):
            turn[k, u] *= inverse[k, u] * inverse[k, u]
    if max(steps):
        _send_by_example(s, positions, factor, steps[1], level, steps[0], turn, z, about, steps[2])
    else:
        _repeat(factor, wide_factor)
        _repeat(turn, wide_turn)
        _repeat(level, wide_level)
        _repeat(about, middle)
        _send(s, wide_factor[0], wide_level[0], wide_turn[0], z, middle[0])


@compiled
@no_type_check
def normalise(z, out, scale, shift, centre, about, square, plan, noise_shift, noise_factor, noise_row, relu):
    """Write to `out` what the layer makes of `z`, and fill the statistics that the plan calls live.

    z, out: (member, row, unit), in wide rows where the statistics are taken over the batch alone. plan: over and live of
    the mean; over, live and about-the-mean of the size; positions; units in a group. centre is subtracted, about is the
    mean that the size is taken about, square the squared size. noise_shift, noise_factor: (seed, row, unit) in rows as
    wide, and noise_row (member,) the seed of each member, all empty where there is none.
    """
    room, noisy = _room(z, centre, square, about, True), noise_row.size > 0
    for m in range(len(z)):
        own = slice(m, m + 1)
        floor = relu and not noisy
        _normalise(z[m], out[m], scale[own], shift[own], centre[m], about[m], square[m], plan, floor, room)
        if noisy:
            _add_noise(noise_shift[noise_row[m]], noise_factor[noise_row[m]], relu, out[m])


@compiled
@no_type_check
def normalise_back(
    z, out, slope, scale, centre, about, square, plan, gradients, noise_factor, noise_row, relu, of_scale, of_shift
):
    """Turn `slope`, the gradient along what `normalise` wrote to `out`, into that along its `z`, in place.

    gradients: whether it goes through the mean and through the size. of_scale, of_shift (member, unit): filled with the
    gradients of scale and shift.
    """
    room = _room(z, centre, square, about, plan[0] <= BATCH and plan[2] <= BATCH)
    for m in range(len(z)):
        s, own = slope[m], scale[m : m + 1]
        if noise_row.size:
            _take_noise(s, out[m], noise_factor[noise_row[m]], relu)
        elif relu:
            _take_relu(s, out[m])
        _normalise_back(z[m], s, own, centre[m], about[m], square[m], plan, gradients, of_scale[m], of_shift[m], room)


@inner
@no_type_check
def _remember(kept, found, weight, factor):
    """Move what is kept (unit,) towards `found` (unit,) times `factor` by `weight`."""
    for u in range(len(kept)):
        kept[u] += kept.dtype.type(weight) * (found[u] * kept.dtype.type(factor) - kept[u])


@compiled
@no_type_check
def remember(kept, found, weight, factor):
    """Move what is kept (member, unit) towards `found` (ghosts of the members, 1, unit) times `factor` by `weight`."""
    members, units = kept.shape
    ghosts = len(found) // members
    total = np.empty(units, kept.dtype)
    for m in range(members):
        total[:] = 0
        for g in range(ghosts):
            for u in range(units):
                total[u] += found[m * ghosts + g, 0, u]
        _remember(kept[m], total, weight, factor / ghosts)


@compiled
@no_type_check
def _cross_entropy(outputs, targets, slopes):
    """`cross_entropy` of one member, returned: outputs and slopes (example, class), targets (example,)."""
    examples, classes = outputs.shape
    share = outputs.dtype.type(1 / examples)
    total = outputs.dtype.type(0)
    for e in range(examples):
        row, slope = outputs[e], slopes[e]
        highest = row[0]
        for c in range(1, classes):
            highest = max(highest, row[c])
        sum_of_all = outputs.dtype.type(0)
        for c in range(classes):
            slope[c] = np.exp(row[c] - highest)
            sum_of_all += slope[c]
        right = targets[e]
        total += np.log(sum_of_all) - (row[right] - highest)
        for c in range(classes):
            slope[c] *= share / sum_of_all
        slope[right] -= share
    return total * share


@compiled
@no_type_check
def cross_entropy(outputs, targets, loss, slopes):
    """The mean cross-entropy of each member, `loss` (member,), and its gradient along `outputs`, in `slopes`.

    outputs, slopes: (member, example, class); targets (member, example).
    """
    for m in range(len(outputs)):
        loss[m] = _cross_entropy(outputs[m], targets[m], slopes[m])


@compiled
@no_type_check
def _copy(source, start, target, end, count):
    for i in range(uintp(count)):
        target[uintp(end) + i] = source[uintp(start) + i]


@intrinsic
@no_type_check
def _pointer(_typing, address):
    """An address as `carray` takes it."""

    def generate(_context, builder, _signature, arguments):
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(address), generate


# Products of matrices as small as these take two to three times as long by a BLAS, which prepares for large ones; and it
# rounds by the processor at hand. Here each number is summed from its first term to its last, by additions that round once
# with their product (fused multiply-add): the same bits wherever it runs, however many stand side by side. Where a number
# of the first factor stands is the sum of two offsets, that of its row and that of its column: so a patch of a picture is a
# row without being copied, and a matrix is turned by taking one table for the other.
LANES, HALF = 16, 8  # numbers in a vector, which LLVM parts where a processor has shorter ones
ROWS, VECTORS = (8, 2) if get_host_cpu_features().get("avx512f") else (4, 1)  # of so many numbers the sums fit in registers


@no_type_check
def _tile(builder, number, shape, places, steps, depth):
    """Instructions for a tile of a product, `shape` rows, lanes and vectors, whose sums stay in registers.

    places: `out`, first factor, second, offsets of these rows of the first, offsets of its columns. steps: numbers from
    one row to the next in `out` and in the second factor.
    """
    rows, lanes, vectors = shape
    out, first, second, row_offsets, offsets = places
    vector, bits = ir.VectorType(number, lanes), 32 if number == ir.FloatType() else 64
    fused = ir.FunctionType(vector, [vector] * 3)
    fused = cgutils.get_or_insert_function(builder.module, fused, f"llvm.fma.v{lanes}f{bits}")
    undefined, nowhere = ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), lanes), None)

    def at(place, offset):
        return builder.gep(place, [offset if isinstance(offset, ir.Value) else cgutils.intp_t(offset)])

    def vector_at(place, which):
        return builder.bitcast(at(place, which * lanes), vector.as_pointer())

    starts = [at(first, builder.load(at(row_offsets, row))) for row in range(rows)]
    sums = [[cgutils.alloca_once(builder, vector) for _ in range(vectors)] for _ in range(rows)]
    for total in itertools.chain(*sums):
        builder.store(ir.Constant(vector, None), total)
    with cgutils.for_range(builder, depth) as loop:
        row = at(second, builder.mul(loop.index, steps[1]))
        across = [builder.load(vector_at(row, which), align=bits // 8) for which in range(vectors)]
        offset = builder.load(at(offsets, loop.index))
        for start, totals in zip(starts, sums, strict=True):
            one = builder.insert_element(undefined, builder.load(at(start, offset)), ir.IntType(32)(0))
            everywhere = builder.shuffle_vector(one, undefined, nowhere)
            for total, other in zip(totals, across, strict=True):
                builder.store(builder.call(fused, [everywhere, other, builder.load(total)]), total)
    for row, totals in enumerate(sums):
        place = at(out, builder.mul(steps[0], cgutils.intp_t(row)))
        for which, total in enumerate(totals):
            builder.store(builder.load(total), vector_at(place, which), align=bits // 8)


@intrinsic(prefer_literal=True)
@no_type_check
def _strip(_typing, lanes, vectors, places, steps, rows, depth, like):
    """Fill a strip of a product, `lanes` times `vectors` columns wide; places as addresses, else as in `_tile`."""
    width = lanes.literal_value, vectors.literal_value

    def generate(context, builder, signature, given):
        number = context.get_value_type(signature.args[-1].dtype)
        places, steps = (cgutils.unpack_tuple(builder, one) for one in given[2:4])
        kinds = number, number, number, cgutils.intp_t, cgutils.intp_t
        out, *factors, row_offsets, offsets = (
            builder.inttoptr(place, kind.as_pointer()) for place, kind in zip(places, kinds, strict=True)
        )
        rows, depth = given[4:6]
        many, one = cgutils.intp_t(ROWS), cgutils.intp_t(1)
        together = builder.sub(rows, builder.srem(rows, many))
        for begin, end, step in ((cgutils.intp_t(0), together, many), (together, rows, one)):
            with cgutils.for_range_slice(builder, begin, end, step) as (row, _):
                there = builder.gep(out, [builder.mul(row, steps[0])]), *factors, builder.gep(row_offsets, [row]), offsets
                _tile(builder, number, (step.constant, *width), there, steps, depth)
        return context.get_dummy_value()

    return types.void(lanes, vectors, places, steps, rows, depth, like), generate


@compiled
@no_type_check
def _multiply(first, offsets, second, out):
    """Write to `out` (row, column) the product of `first`, with the offsets of its rows and of its columns, and `second`."""
    rows, columns = out.shape
    depth, size, steps, done = len(second), first.itemsize, (columns, columns), 0
    here, start, other = out.ctypes.data, first.ctypes.data, second.ctypes.data
    of_rows, of_columns = offsets[0].ctypes.data, offsets[1].ctypes.data
    for column in range(done, columns - LANES * VECTORS + 1, LANES * VECTORS):
        places = here + column * size, start, other + column * size, of_rows, of_columns
        _strip(LANES, VECTORS, places, steps, rows, depth, first)
        done = column + LANES * VECTORS
    for column in range(done, columns - LANES + 1, LANES):
        places = here + column * size, start, other + column * size, of_rows, of_columns
        _strip(LANES, 1, places, steps, rows, depth, first)
        done = column + LANES
    for column in range(done, columns - HALF + 1, HALF):
        places = here + column * size, start, other + column * size, of_rows, of_columns
        _strip(HALF, 1, places, steps, rows, depth, first)
        done = column + HALF
    for column in range(done, columns):
        places = here + column * size, start, other + column * size, of_rows, of_columns
        _strip(1, 1, places, steps, rows, depth, first)


@compiled
@no_type_check
def _offsets(rows, columns):
    """Offsets of the rows and of the columns of a matrix."""
    return np.arange(rows) * columns, np.arange(columns)


@inner
@no_type_check
def _turn(x, out):
    """Write rows of `x` as columns of `out`."""
    fours = len(x) // 4 * 4
    for r in range(0, fours, 4):
        a, b, c, d = x[r], x[r + 1], x[r + 2], x[r + 3]
        for u in range(x.shape[1]):
            row = out[u]
            row[r], row[r + 1], row[r + 2], row[r + 3] = a[u], b[u], c[u], d[u]
    for r in range(fours, len(x)):
        for u in range(x.shape[1]):
            out[u, r] = x[r, u]


@compiled
@no_type_check
def multiply(first, second, out):
    """Write the product of each member to `out` (member, row, column)."""
    offsets = _offsets(first.shape[1], first.shape[2])
    for m in range(len(out)):
        _multiply(first[m], offsets, second[m], out[m])


@compiled
@no_type_check
def multiply_back(first, second, slope, of_first, of_second):
    """The way back of `multiply`: `slope` is that along its `out`. An empty `of_first` is left alone."""
    rows, columns = _offsets(first.shape[1], first.shape[2])
    of_slope = _offsets(slope.shape[1], slope.shape[2])
    turned = np.empty((second.shape[2], second.shape[1]), second.dtype)
    for m in range(len(slope)):
        if of_first.size:
            _turn(second[m], turned)
            _multiply(slope[m], of_slope, turned, of_first[m])
        _multiply(first[m], (columns, rows), slope[m], of_second[m])


@compiled
@no_type_check
def _frame(x, step, framed):
    """Write pictures `x` (example, height, width, channel) into their frames, with `step` from one pixel to the next."""
    for e in range(len(x)):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                pixel, place = x[e, i, j], framed[e, 1 + i * step, 1 + j * step]
                for c in range(len(pixel)):
                    place[c] = pixel[c]


@compiled
@no_type_check
def _patches(framed, places, step):
    """Offsets of the patches of 3 x 3 pixels of framed pictures, and of the numbers of a patch, tap after tap."""
    examples, side, _, channels = framed.shape
    of_patches, of_taps = np.empty(examples * places**2, np.int64), np.empty(9 * channels, np.int64)
    for row in range(len(of_patches)):
        e, place = divmod(row, places**2)
        i, j = divmod(place, places)
        of_patches[row] = ((e * side + i * step) * side + j * step) * channels
    for column in range(len(of_taps)):
        tap, c = divmod(column, channels)
        of_taps[column] = ((tap // 3) * side + tap % 3) * channels + c
    return of_patches, of_taps


@compiled
@no_type_check
def convolve(x, stride, weight, out):
    """Write to `out` (member, row, filter) what filters of 3 x 3 find in `x` (member, example, height, width, channel).

    A frame of zeros stands around each picture. A row is a place of an example, `stride` pixels from the next. weight:
    (member, 9 x channels, filter), tap after tap, row of the filter by row.
    """
    _, examples, side, _, channels = x.shape
    framed = np.zeros((examples, side + 2, side + 2, channels), x.dtype)
    offsets = _patches(framed, (side - 1) // stride + 1, stride)
    for m in range(len(x)):
        _frame(x[m], 1, framed)
        _multiply(framed, offsets, weight[m], out[m])


@compiled
@no_type_check
def convolve_back(x, stride, weight, slope, of_x, of_weight):
    """The way back of `convolve`: `slope` is that along its `out`. An empty `of_x` is left alone.

    The slope along a picture is a convolution, too: of the slopes, set apart by `stride`, with the filters turned round.
    """
    _, examples, side, _, channels = x.shape
    filters, places = weight.shape[2], (side - 1) // stride + 1
    framed = np.zeros((examples, side + 2, side + 2, channels), x.dtype)
    of_patches, of_taps = _patches(framed, places, stride)
    apart = np.zeros((examples, side + 2, side + 2, filters), x.dtype)
    offsets = _patches(apart, side, 1)
    turned = np.empty((9 * filters, channels), x.dtype)
    for m in range(len(x)):
        _frame(x[m], 1, framed)
        _multiply(framed, (of_taps, of_patches), slope[m], of_weight[m])
        if of_x.size:
            _frame(slope[m].reshape(examples, places, places, filters), stride, apart)
            for tap in range(9):
                _turn(weight[m, tap * channels : (tap + 1) * channels], turned[(8 - tap) * filters : (9 - tap) * filters])
            _multiply(apart, offsets, turned, of_x[m].reshape(examples * side * side, channels))


@compiled
@no_type_check
def _matrix(begin, member, rows, columns, like):
    """The matrix of a member, of stacked ones (member, row, column) that begin at an address."""
    place = _pointer(begin + member * rows * columns * like.itemsize)
    return carray(place, (rows, columns), like.dtype)


@compiled
@no_type_check
def _layer(addresses, layer, member, into, out, like):
    """Weights, scale, shift (or bias), running mean and running squared size of a member; those it lacks lead nowhere."""
    weight, scale = _matrix(addresses[0, layer], member, into, out, like), _matrix(addresses[1, layer], member, 1, out, like)
    shift, mean = _matrix(addresses[2, layer], member, 1, out, like), _matrix(addresses[3, layer], member, 1, out, like)
    return weight, scale, shift, mean, _matrix(addresses[4, layer], member, 1, out, like)


@inner
@no_type_check
def _move(values, slopes, rate):
    """Move a matrix against its slopes."""
    for r in range(len(values)):
        row, slope = values[r], slopes[r]
        for u in range(len(row)):
            row[u] -= rate * slope[u]


@within
@no_type_check
def _ahead(own, x, offsets, addresses, how, room, passed):
    """Through the hidden layers of one member: what comes in, what leaves and the statistics are kept in `passed`."""
    plan, _, keeps, biased, relu = how
    mean_over, mean_live, size_over, size_live = plan[:4]
    z, out, centre, about, square, unscaled = passed
    units = unscaled.shape[1]
    for layer in range(len(z)):
        weight, scale, shift, mean, size = _layer(addresses, layer, own, x.shape[1], units, x)
        of_x = offsets[1] if layer else offsets[0]
        _multiply(x, of_x, weight, _matrix(z.ctypes.data, layer, len(x), units, x))
        if biased:
            _add_bias(z[layer], shift[0], relu)
        else:
            if mean_over != NONE and not mean_live:
                _copy(mean[0], 0, centre[layer, 0], 0, units)
            if size_over != NONE and not size_live:
                _copy(size[0], 0, square[layer, 0], 0, units)
            factor = scale if addresses[1, layer] else unscaled
            mid, tilt, found = centre[layer], about[layer], square[layer]
            _normalise(z[layer], out[layer], factor, shift, mid, tilt, found, plan, relu, room)
            if keeps[0] > 0:
                _remember(mean[0], centre[layer, 0], keeps[0], keeps[1])
            if keeps[2] > 0:
                _remember(size[0], square[layer, 0], keeps[2], keeps[3])
        x = _matrix(out.ctypes.data, layer, len(x), units, x)
    return x


@within
@no_type_check
def _back(own, inputs, s, rate, offsets, addresses, how, room, passed, slopes):
    """Back through them: everything moves against its slope. `s` is the slope along what the last one computed."""
    plan, gradients, _, biased, relu = how
    z, out, centre, about, square, unscaled = passed
    below, turned, of_first, of_hidden, of_scale, of_shift = slopes
    units = unscaled.shape[1]
    for layer in range(len(z) - 1, -1, -1):
        x = _matrix(out.ctypes.data, layer - 1, len(s), units, s) if layer else inputs
        weight, scale, shift, _, _ = _layer(addresses, layer, own, x.shape[1], units, s)
        slope = _matrix(s.ctypes.data, 0, z.shape[1], z.shape[2], s)
        if relu:
            _take_relu(slope, out[layer])
        if biased:
            _sum_rows(slope, of_shift[0])
        else:
            factor = scale if addresses[1, layer] else unscaled
            mid, tilt, found = centre[layer], about[layer], square[layer]
            _normalise_back(z[layer], slope, factor, mid, tilt, found, plan, gradients, of_scale[0], of_shift[0], room)
            if addresses[1, layer]:
                _move(scale, of_scale, rate)
        _move(shift, of_shift, rate)
        if layer:
            _turn(weight, turned)
            _multiply(s, offsets[1], turned, below)
        of_weight, (of_rows, of_columns) = (of_hidden, offsets[1]) if layer else (of_first, offsets[0])
        _multiply(x, (of_columns, of_rows), s, of_weight)
        _move(weight, of_weight, rate)
        s, below = below, s


@compiled
@no_type_check
def descend(inputs, targets, which, rates, addresses, sizes, how, loss):
    """One step of stochastic gradient descent of every member, from its mini-batch to its moved parameters.

    What `normalise`, `cross_entropy` and their like do for one layer of all members is done here for all layers of one
    member, while its numbers are in the processor's cache.

    inputs: (seed, example, input); targets: (seed, example), classes; which: (member,) the seed of each; rates: (member,).
    addresses: (kind, layer) of stacked parameters: weights, scales, shifts (or biases), running means and running squared
    sizes; 0 where there is none. sizes: hidden layers, units, outputs, rows that make a wide one. how: plan and gradients,
    as in `normalise`; weight and factor of a mean at hand in the running one, and of a squared size; whether there is a bias
    alone in the place of all that; whether ReLU follows. loss: (member,), filled with that before the step.
    """
    depth, units, classes, count = sizes
    plan, dtype, examples, into = how[0], inputs.dtype, inputs.shape[1], inputs.shape[2]
    mean_over, mean_live, size_over, size_live, about_mean, _, _ = plan
    z = np.empty((depth, examples // count, units * count), dtype)
    out = z if how[3] else np.empty_like(z)
    rows = 1 if mean_over <= LAYER else examples, 1 if size_over <= LAYER else examples
    centre, square = np.zeros((depth, rows[0], units), dtype), np.ones((depth, rows[1], units), dtype)
    about = centre
    if not (size_live and about_mean and mean_live and mean_over == size_over):
        about = np.zeros((depth, rows[1] if size_live and about_mean else 1, units), dtype)
    passed = z, out, centre, about, square, np.ones((1, units), dtype)
    room = _room(z, centre, square, about, mean_over <= BATCH and size_over <= BATCH)
    of_weights = np.empty((into, units), dtype), np.empty((units, units), dtype)
    of_units = np.empty((1, units), dtype), np.empty((1, units), dtype)
    slopes = np.empty((examples, units), dtype), np.empty((units, units), dtype), *of_weights, *of_units
    scores, of_scores = np.empty((examples, classes), dtype), np.empty((examples, classes), dtype)
    turned_last = np.empty((classes, units), dtype)
    offsets = _offsets(examples, into), _offsets(examples, units), _offsets(examples, classes)
    s, of_last, of_bias = (
        np.empty((examples, units), dtype),
        np.empty((units, classes), dtype),
        np.empty((1, classes), dtype),
    )
    for m in range(len(which)):
        x = _ahead(m, inputs[which[m]], offsets, addresses, how, room, passed)
        weight, _, bias, _, _ = _layer(addresses, depth, m, units, classes, inputs)
        _multiply(x, offsets[1], weight, scores)
        _add_bias(scores, bias[0], False)
        loss[m] = _cross_entropy(scores, targets[which[m]], of_scores)
        _turn(weight, turned_last)
        _multiply(of_scores, offsets[2], turned_last, s)
        _multiply(x, (offsets[1][1], offsets[1][0]), of_scores, of_last)
        _sum_rows(of_scores, of_bias[0])
        _move(weight, of_last, rates[m])
        _move(bias, of_bias, rates[m])
        _back(m, inputs[which[m]], s, rates[m], offsets, addresses, how, room, passed, slopes)
