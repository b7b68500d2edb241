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
# step is 1 where each example has its own, and 0 where they share one. Where all rows share all statistics, several short
# rows are taken as one wide row, with the statistics repeated. What is not a number stays so: comparisons are written for
# it. Unsigned numbers count from the start: with others LLVM makes no vectors, as they might count from the end.
WIDE = 64  # numbers in a wide row, at most


def rows_in_one(rows: int, units: int) -> int:
    """How many rows make one wide row."""
    return max(count for count in range(1, max(1, WIDE // units) + 1) if rows % count == 0)


@compiled
@no_type_check
def _repeat(values, out):
    """Write `values` (1 or example, unit) to the wide rows `out`, as often as they hold it."""
    units = uintp(values.shape[1])
    for k in range(len(out)):
        row, own = out[k], values[k]
        for part in range(uintp(len(row)) // units):
            for u in range(units):
                row[part * units + u] = own[u]


@compiled
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


@compiled
@no_type_check
def _sum_squares(x, middle, total):
    """The sum over rows of the squares of `x` about `middle`, two rows at a time."""
    total[:] = 0
    twos = len(x) // 2 * 2
    for r in range(0, twos, 2):
        a, b = x[r], x[r + 1]
        for u in range(len(total)):
            one, other = a[u] - middle[u], b[u] - middle[u]
            total[u] += one * one + other * other
    for r in range(twos, len(x)):
        a = x[r]
        for u in range(len(total)):
            one = a[u] - middle[u]
            total[u] += one * one


@compiled
@no_type_check
def _sum_tilted(slope, x, middle, total):
    """The sum over rows of `slope` times `x` less `middle`, two rows at a time."""
    total[:] = 0
    twos = len(x) // 2 * 2
    for r in range(0, twos, 2):
        a, b, s, t = x[r], x[r + 1], slope[r], slope[r + 1]
        for u in range(len(total)):
            total[u] += s[u] * (a[u] - middle[u]) + t[u] * (b[u] - middle[u])
    for r in range(twos, len(x)):
        a, s = x[r], slope[r]
        for u in range(len(total)):
            total[u] += s[u] * (a[u] - middle[u])


@compiled
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
                whole += _sum(x[r, first : first + width])
            whole *= x.dtype.type(1 / (height * width))
            mean = out[e, first : first + width]
            for u in range(width):
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
def _take_relu(slope, out):
    """Take ReLU, which left `out`, out of `slope`."""
    zero = slope.dtype.type(0)
    for r in range(len(slope)):
        s, o = slope[r], out[r]
        for u in range(len(s)):
            s[u] = s[u] if o[u] > zero else zero


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
def normalise(z, out, scale, shift, centre, about, square, plan, noise_shift, noise_factor, noise_row, relu):
    """Write to `out` what the layer makes of `z`, and fill the statistics that the plan calls live.

    z, out: (member, row, unit), in wide rows where the statistics are taken over the batch alone. plan: over and live of
    the mean; over, live and about-the-mean of the size; positions; units in a group. centre is subtracted, about is the
    mean that the size is taken about, square the squared size. noise_shift, noise_factor: (seed, row, unit) in rows as
    wide, and noise_row (member,) the seed of each member, all empty where there is none.
    """
    mean_over, mean_live, size_over, size_live, about_mean, positions, group = plan
    members, rows, width = z.shape
    units = scale.shape[1]
    steps = int(centre.shape[1] > 1), int(square.shape[1] > 1)
    run = positions if max(steps) else rows  # rows that have all statistics in common
    inverse = np.empty(square.shape[1:], z.dtype)
    middle, factor = np.empty((centre.shape[1], width), z.dtype), np.empty((square.shape[1], width), z.dtype)
    offset, room = np.empty((1, width), z.dtype), np.empty((2, width), z.dtype)
    noisy = noise_row.size > 0
    for m in range(members):
        if mean_live:
            _fill_mean(z[m], mean_over, positions, group, room, centre[m])
        if size_live and about_mean and not (mean_live and mean_over == size_over):  # else it is the centre itself
            _fill_mean(z[m], size_over, positions, group, room, about[m])
        if size_live:
            _fill_square(z[m], about[m], size_over, positions, group, room, square[m])
        _fill_inverse(square[m], size_over != NONE, inverse)
        for k in range(len(inverse)):
            for u in range(units):
                inverse[k, u] *= scale[m, u]
        _repeat(shift[m : m + 1], offset)
        _repeat(centre[m], middle)
        _repeat(inverse, factor)
        _apply(z[m], run, middle, steps[0], factor, steps[1], offset[0], relu and not noisy, out[m])
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
    mean_over, _, size_over, _, _, positions, group = plan
    through_mean, through_size = gradients
    members, rows, width = z.shape
    units = scale.shape[1]
    steps = int(centre.shape[1] > 1), int(square.shape[1] > 1), int(about.shape[1] > 1)
    run = positions if max(steps) else rows  # rows that have all statistics in common
    share = z.dtype.type(units / (rows * width))
    by_unit = mean_over <= BATCH and size_over <= BATCH  # then the sums over rows tell all
    inverse, factor = np.empty(square.shape[1:], z.dtype), np.empty(square.shape[1:], z.dtype)
    turn, level = np.zeros(square.shape[1:], z.dtype), np.zeros(centre.shape[1:], z.dtype)
    wide_factor, wide_turn = np.empty((len(turn), width), z.dtype), np.empty((len(turn), width), z.dtype)
    wide_level, middle = np.empty((len(level), width), z.dtype), np.empty((about.shape[1], width), z.dtype)
    room, sums = np.empty((2, width), z.dtype), np.empty(width, z.dtype)
    work = np.empty((0 if by_unit else rows, width), z.dtype)
    for m in range(members):
        s, x = slope[m], z[m]
        if noise_row.size:
            _take_noise(s, out[m], noise_factor[noise_row[m]], relu)
        elif relu:
            _take_relu(s, out[m])
        _sum_rows(s, sums)
        _add_up(sums, z.dtype.type(1), of_shift[m])
        _fill_inverse(square[m], size_over != NONE, inverse)
        for k in range(len(factor)):
            for u in range(units):
                factor[k, u] = inverse[k, u] * scale[m, u]
        if by_unit:
            _repeat(centre[m], room[:1])
            _sum_tilted(s, x, room[0], sums)
            _add_up(sums, z.dtype.type(1), of_scale[m])
            for u in range(units):
                of_scale[m, u] *= inverse[0, u]
                level[0, u] = factor[0, u] * of_shift[m, u] * share * through_mean
                turn[0, u] = scale[m, u] * of_scale[m, u] * share * through_size
        else:
            of_scale[m] = 0
            for r in range(rows):
                c, k = r // positions * steps[0], r // positions * steps[1]
                for u in range(units):
                    tilted = s[r, u] * ((x[r, u] - centre[m, c, u]) * inverse[k, u])
                    of_scale[m, u] += tilted
                    work[r, u] = tilted * scale[m, u]
            if through_size:
                _fill_mean(work, size_over, positions, group, room, turn)
            if through_mean:
                for r in range(rows):
                    k = r // positions * steps[1]
                    for u in range(units):
                        work[r, u] = s[r, u] * factor[k, u]
                _fill_mean(work, mean_over, positions, group, room, level)
        for k in range(len(turn)):
            for u in range(units):
                turn[k, u] *= inverse[k, u] * inverse[k, u]
        _repeat(factor, wide_factor)
        _repeat(turn, wide_turn)
        _repeat(level, wide_level)
        _repeat(about[m], middle)
        _send(s, run, wide_factor, steps[1], wide_level, steps[0], wide_turn, x, middle, steps[2])


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
