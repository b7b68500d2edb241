"""Compiled loops for what stands between two matrix products: statistics, normaliser, activation, and the way back.

Each loop takes a member from its first value to its last while it is in the processor's cache. `lab.normalisers` is the
reference. Compiled by numba without fast-math: sums run in a fixed order, whatever the processor. Values are (member,
row, unit); statistics (member, 1, unit) where all rows of a member share them, else (member, example, unit).
"""

from typing import no_type_check

import numpy as np
from numba import njit, uintp

from whybn.lab.normalisers import EPSILON

NONE, BATCH, LAYER, EXAMPLE, GROUP = range(5)  # over which values a statistic is taken

compiled = njit(cache=True, error_model="numpy")


# The small functions take one member and run through its rows once. Of a statistic, row e * step belongs to example e: the
# step is 1 where each example has its own, and 0 where they share one. What is not a number stays so: comparisons are
# written for it.


@compiled
@no_type_check
def _sum(row):
    """The sum of a row, four threads of additions beside each other, as one waits for its last result."""
    a = b = c = d = row.dtype.type(0)
    fours = len(row) // 4 * 4
    for u in range(0, fours, 4):
        a += row[u]
        b += row[u + 1]
        c += row[u + 2]
        d += row[u + 3]
    for u in range(fours, len(row)):
        a += row[u]
    return (a + b) + (c + d)


@compiled
@no_type_check
def _fill_mean(x, over, positions, group, out):
    """The mean of `x` (row, unit) over what `over` says, in `out` (1 or example, unit)."""
    rows, units = x.shape
    out[:] = 0
    if over == BATCH:
        total = out[0]
        for r in range(rows):
            row = x[r]
            for u in range(units):
                total[u] += row[u]
        for u in range(units):
            total[u] *= x.dtype.type(1 / rows)
        return
    width = group if over == GROUP else units
    height = rows if over == LAYER else positions
    for e in range(len(out)):
        for first in range(0, units, width):
            whole = x.dtype.type(0)
            for r in range(e * height, (e + 1) * height):
                whole += _sum(x[r, first : first + width])
            whole *= x.dtype.type(1 / (height * width))
            mean = out[e, first : first + width]
            for u in range(width):
                mean[u] = whole


@compiled
@no_type_check
def _fill_square_over_batch(x, middle, out):
    """The mean square of each unit of `x` (row, unit) about `middle` (unit,), in `out`."""
    out[:] = 0
    for r in range(len(x)):
        row = x[r]
        for u in range(len(out)):
            gap = row[u] - middle[u]
            out[u] += gap * gap
    for u in range(len(out)):
        out[u] *= x.dtype.type(1 / len(x))


@compiled
@no_type_check
def _fill_gaps(x, positions, middle, step, out):
    for r in range(len(x)):
        row, own, gap = x[r], middle[r // positions * step], out[r]
        for u in range(len(row)):
            gap[u] = (row[u] - own[u]) * (row[u] - own[u])


@compiled
@no_type_check
def _fill_inverse(square, normalised, out):
    """One over the size; one where nothing divides."""
    one, epsilon = out.dtype.type(1), out.dtype.type(EPSILON)
    for k in range(len(out)):
        for u in range(out.shape[1]):
            out[k, u] = one / np.sqrt(square[k, u] + epsilon) if normalised else one


@compiled
@no_type_check
def _apply(x, positions, middle, middle_step, factor, factor_step, shift, relu, out):
    zero = x.dtype.type(0)
    for e in range(len(x) // positions):
        c, f = middle[e * middle_step], factor[e * factor_step]
        for r in range(e * positions, (e + 1) * positions):
            row, target = x[r], out[r]
            if relu:
                for u in range(len(row)):
                    y = (row[u] - c[u]) * f[u] + shift[u]
                    target[u] = zero if y < zero else y
            else:
                for u in range(len(row)):
                    target[u] = (row[u] - c[u]) * f[u] + shift[u]


@compiled
@no_type_check
def add_bias(z, bias, relu):
    """Add `bias` (member, unit) to `z` (member, row, unit) in place, and take ReLU of it, where wanted."""
    zero = z.dtype.type(0)
    for m in range(len(z)):
        own = bias[m]
        for r in range(z.shape[1]):
            row = z[m, r]
            if relu:
                for u in range(len(row)):
                    y = row[u] + own[u]
                    row[u] = zero if y < zero else y
            else:
                for u in range(len(row)):
                    row[u] += own[u]


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
def _receive(slope, out, relu, total):
    """Take ReLU out of `slope`, and sum it over rows."""
    zero = slope.dtype.type(0)
    total[:] = 0
    for r in range(len(slope)):
        s, o = slope[r], out[r]
        if relu:
            for u in range(len(s)):
                t = s[u] if o[u] > zero else zero
                s[u] = t
                total[u] += t
        else:
            for u in range(len(s)):
                total[u] += s[u]


@compiled
@no_type_check
def _sum_tilted(slope, x, positions, middle, middle_step, inverse, inverse_step, total):
    """The sum over rows of `slope` times what the normaliser made of `x`."""
    total[:] = 0
    for e in range(len(x) // positions):
        c, q = middle[e * middle_step], inverse[e * inverse_step]
        for r in range(e * positions, (e + 1) * positions):
            s, row = slope[r], x[r]
            for u in range(len(row)):
                total[u] += s[u] * ((row[u] - c[u]) * q[u])


@compiled
@no_type_check
def _take_noise(slope, out, factor, relu):
    """Take ReLU and the noise before it out of `slope`."""
    zero = slope.dtype.type(0)
    for r in range(len(slope)):
        s, o, times = slope[r], out[r], factor[r]
        for u in range(len(s)):
            s[u] = s[u] * times[u] if o[u] > zero or not relu else zero


@compiled
@no_type_check
def _send(slope, positions, factor, factor_step, level, level_step, turn, x, middle, middle_step):
    """Slope times factor, less what goes through the mean and through the size."""
    for e in range(len(slope) // positions):
        f, w, c, h = factor[e * factor_step], turn[e * factor_step], middle[e * middle_step], level[e * level_step]
        for r in range(e * positions, (e + 1) * positions):
            s, row = slope[r], x[r]
            for u in range(len(s)):
                s[u] = s[u] * f[u] - h[u] - w[u] * (row[u] - c[u])


@compiled
@no_type_check
def _multiply(slope, positions, factor, step):
    for e in range(len(slope) // positions):
        f = factor[e * step]
        for r in range(e * positions, (e + 1) * positions):
            s = slope[r]
            for u in range(len(s)):
                s[u] *= f[u]


@compiled
@no_type_check
def normalise(z, out, scale, shift, centre, about, square, plan, noise_shift, noise_factor, noise_row, relu):
    """Write to `out` what the layer makes of `z`, and fill the statistics that the plan calls live.

    plan: over and live of the mean; over, live and about-the-mean of the size; positions; units in a group. centre is
    subtracted, about is the mean that the size is taken about, square the squared size. noise_shift, noise_factor:
    (seed, row, unit), and noise_row (member,) the seed of each member, all empty where there is none.
    """
    mean_over, mean_live, size_over, size_live, about_mean, positions, group = plan
    members, rows, units = z.shape
    factor = np.empty(square.shape[1:], z.dtype)
    work = np.empty((rows if size_live and size_over != BATCH else 0, units), z.dtype)
    for m in range(members):
        if mean_live:
            _fill_mean(z[m], mean_over, positions, group, centre[m])
        if size_live and about_mean:
            if mean_live and mean_over == size_over:
                about[m] = centre[m]
            else:
                _fill_mean(z[m], size_over, positions, group, about[m])
        if size_live and size_over == BATCH:
            _fill_square_over_batch(z[m], about[m, 0], square[m, 0])
        elif size_live:
            _fill_gaps(z[m], positions, about[m], int(about.shape[1] > 1), work)
            _fill_mean(work, size_over, positions, group, square[m])
        _fill_inverse(square[m], size_over != NONE, factor)
        for k in range(len(factor)):
            for u in range(units):
                factor[k, u] *= scale[m, u]
        noisy = noise_row.size > 0
        steps = int(centre.shape[1] > 1), int(square.shape[1] > 1)
        run = positions if max(steps) else rows  # rows that have all statistics in common
        _apply(z[m], run, centre[m], steps[0], factor, steps[1], shift[m], relu and not noisy, out[m])
        if noisy:
            _add_noise(noise_shift[noise_row[m]], noise_factor[noise_row[m]], relu, out[m])


@compiled
@no_type_check
def normalise_back(
    z, out, slope, scale, centre, about, square, plan, gradients, noise_factor, noise_row, relu, of_scale, of_shift
):
    """Turn `slope`, the gradient along what `normalise` wrote to `out`, into that along its `z`, in place.

    gradients: whether it goes through the mean and through the size. of_scale, of_shift (member, unit): filled with the
    gradients of scale and shift; of_scale is empty where there is no scale and nothing that divides.
    """
    mean_over, _, size_over, _, _, positions, group = plan
    through_mean, through_size = gradients
    members, rows, units = z.shape
    inverse, factor = np.empty(square.shape[1:], z.dtype), np.empty(square.shape[1:], z.dtype)
    turn, level = np.zeros(square.shape[1:], z.dtype), np.zeros(centre.shape[1:], z.dtype)
    middle_step, factor_step, about_step = int(centre.shape[1] > 1), int(square.shape[1] > 1), int(about.shape[1] > 1)
    run = positions if max(middle_step, factor_step, about_step) else rows  # rows that have all statistics in common
    by_unit = mean_over <= BATCH and size_over <= BATCH  # then the sums over rows tell all
    work = np.empty((0 if by_unit else rows, units), z.dtype)
    for m in range(members):
        s = slope[m]
        if noise_row.size:
            _take_noise(s, out[m], noise_factor[noise_row[m]], relu)
        masked = relu and not noise_row.size
        _receive(s, out[m], masked, of_shift[m])
        if not of_scale.size:
            continue
        _fill_inverse(square[m], size_over != NONE, inverse)
        _sum_tilted(s, z[m], run, centre[m], middle_step, inverse, factor_step, of_scale[m])
        for k in range(len(factor)):
            for u in range(units):
                factor[k, u] = inverse[k, u] * scale[m, u]
        if by_unit:
            for u in range(units):
                level[0, u] = factor[0, u] * of_shift[m, u] * z.dtype.type(through_mean / rows)
                turn[0, u] = scale[m, u] * of_scale[m, u] * z.dtype.type(through_size / rows)
        else:
            _multiply(s, run, factor, factor_step)
            if through_size:
                for r in range(rows):
                    c = r // positions * middle_step
                    for u in range(units):
                        work[r, u] = s[r, u] * (z[m, r, u] - centre[m, c, u])
                _fill_mean(work, size_over, positions, group, turn)
            if through_mean:
                _fill_mean(s, mean_over, positions, group, level)
            factor[:] = 1
        for k in range(len(turn)):
            for u in range(units):
                turn[k, u] *= inverse[k, u] * inverse[k, u]
        _send(s, run, factor, factor_step, level, middle_step, turn, z[m], about[m], about_step)


@compiled
@no_type_check
def remember(kept, found, weight, factor):
    """Move what is kept (member, unit) towards `found` (ghosts of the members, 1, unit) times `factor` by `weight`."""
    members, units = kept.shape
    ghosts = len(found) // members
    for m in range(members):
        for u in range(units):
            total = kept.dtype.type(0)
            for g in range(ghosts):
                total += found[m * ghosts + g, 0, u]
            kept[m, u] += kept.dtype.type(weight) * (total * kept.dtype.type(factor / ghosts) - kept[m, u])


@compiled
@no_type_check
def descend(value, slope, rates):
    """One step of gradient descent, in place: `value` and `slope` are (member, entry), `rates` (member,)."""
    for m in range(len(value)):
        own, step, rate = value[m], slope[m], rates[m]
        for i in range(len(own)):
            own[i] -= rate * step[i]


@compiled
@no_type_check
def cross_entropy(outputs, targets, loss, slopes):
    """The mean cross-entropy of each member, `loss` (member,), and its gradient along `outputs`, in `slopes`.

    outputs, slopes: (member, example, class); targets (member, example).
    """
    members, examples, classes = outputs.shape
    share = outputs.dtype.type(1 / examples)
    for m in range(members):
        total = outputs.dtype.type(0)
        for e in range(examples):
            row, slope = outputs[m, e], slopes[m, e]
            highest = row[0]
            for c in range(1, classes):
                highest = max(highest, row[c])
            sum_of_all = outputs.dtype.type(0)
            for c in range(classes):
                slope[c] = np.exp(row[c] - highest)
                sum_of_all += slope[c]
            right = targets[m, e]
            total += np.log(sum_of_all) - (row[right] - highest)
            for c in range(classes):
                slope[c] *= share / sum_of_all
            slope[right] -= share
        loss[m] = total * share


# Unsigned numbers count from the start: with others LLVM makes no vectors, as they might count from the end.


@compiled
@no_type_check
def _copy(source, start, target, end, count):
    for i in range(uintp(count)):
        target[uintp(end) + i] = source[uintp(start) + i]


@compiled
@no_type_check
def _add(source, start, target, end, count):
    for i in range(uintp(count)):
        target[uintp(end) + i] += source[uintp(start) + i]


@compiled
@no_type_check
def unfold(x, stride, out):
    """What a filter of 3 x 3 sees of `x` (member, example, height, width, channel), a frame of zeros around each picture.

    out: (member, example, y, x, patch); a patch is tap after tap, row of the filter by row.
    """
    members, examples, side, _, channels = x.shape
    places, strip, line = out.shape[2], 3 * channels, (side + 2) * channels
    framed = np.zeros(examples * (side + 2) * line, x.dtype)
    for m in range(members):
        source, target = x[m].reshape(-1), out[m].reshape(-1)
        for e in range(examples):
            first = e * (side + 2) * line
            for y in range(side):
                _copy(source, (e * side + y) * side * channels, framed, first + (y + 1) * line + channels, side * channels)
            for y in range(places):
                for place in range(places):
                    end = ((e * places + y) * places + place) * 3 * strip
                    start = first + y * stride * line + place * stride * channels
                    for tap in range(3):
                        _copy(framed, start + tap * line, target, end + tap * strip, strip)


@compiled
@no_type_check
def fold(slope, stride, out):
    """The way back of `unfold`: slopes of the patches, added up in `out`, which has the form of its `x`."""
    members, examples, side, _, channels = out.shape
    places, strip, line = slope.shape[2], 3 * channels, (side + 2) * channels
    framed = np.empty((side + 2) * line, slope.dtype)
    for m in range(members):
        source, target = slope[m].reshape(-1), out[m].reshape(-1)
        for e in range(examples):
            framed[:] = 0
            for y in range(places):
                for place in range(places):
                    end = ((e * places + y) * places + place) * 3 * strip
                    start = y * stride * line + place * stride * channels
                    for tap in range(3):
                        _add(source, end + tap * strip, framed, start + tap * line, strip)
            for y in range(side):
                _copy(framed, (y + 1) * line + channels, target, (e * side + y) * side * channels, side * channels)
