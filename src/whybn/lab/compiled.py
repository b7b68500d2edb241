"""Compiled loops for what stands between two matrix products, there and back; and of them a whole step of training.

Each loop takes a member from its first value to its last while it is in the processor's cache. `lab.normalisers` is the
reference. Compiled by numba without fast-math: sums run in a fixed order, whatever the processor. Values are (member,
row, unit); statistics (member, 1, unit) where all rows of a member share them, else (member, example, unit).
"""

import itertools
import math
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

LANES, HALF = 16, 8  # numbers in a vector, which LLVM parts where a processor has shorter ones
FOUR = 4  # rows whose sums run beside each other, as each addition waits for the one before


# Of the exponential of x = n ln 2 + r (Cephes, Moshier 1992): where it ends, what rounds to whole n, ln 2 in two parts, and
# the series of e to the r, from its highest power.
LOWEST, SHIFT, LN_2 = -87.0, 1.5 * 2**23, (0.693359375, -2.12194440e-4)
SERIES = 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1.0, 1.0


# Loops over the rows of a member, written in LLVM's own instructions: of its own accord it makes no vectors before it has
# made sure, row by row, that no two arrays overlap. What a loop computes is told by a body, which reckons with some numbers
# side by side.
@no_type_check
class _Lanes:
    """Numbers side by side. Each operation on them rounds by itself."""

    def __init__(self, builder, value):
        self.builder, self.value = builder, value

    def __add__(self, other):
        return _Lanes(self.builder, self.builder.fadd(self.value, other.value))

    def __sub__(self, other):
        return _Lanes(self.builder, self.builder.fsub(self.value, other.value))

    def __mul__(self, other):
        return _Lanes(self.builder, self.builder.fmul(self.value, other.value))

    def __truediv__(self, other):
        return _Lanes(self.builder, self.builder.fdiv(self.value, other.value))

    def _call(self, name, *others):
        """A function of LLVM's of these numbers."""
        kind, given = self.value.type, [self.value, *(one.value for one in others)]
        name = f"llvm.{name}.v{kind.count}f{32 if kind.element == ir.FloatType() else 64}"
        function = cgutils.get_or_insert_function(self.builder.module, ir.FunctionType(kind, [kind] * len(given)), name)
        return _Lanes(self.builder, self.builder.call(function, given))

    def _constant(self, number):
        kind = self.value.type
        return _Lanes(self.builder, ir.Constant(kind, [kind.element(number)] * kind.count))

    def fused(self, factor, more):
        """These numbers times `factor`, and `more`: rounded once."""
        return self._call("fma", factor, more)

    def root(self):
        """The square root."""
        return self._call("sqrt")

    def exponential(self):
        """Powers of e, of numbers that are at most zero; in single precision to the last digit, or one beside it."""
        kind, builder = self.value.type, self.builder
        if kind.element != ir.FloatType():
            return self._call("exp")
        low, shift = self._constant(LOWEST), self._constant(SHIFT)
        below = builder.fcmp_ordered("<", self.value, low.value)
        x = _Lanes(builder, builder.select(below, low.value, self.value))
        shifted = x.fused(self._constant(1 / math.log(2)), shift)  # its last digits are the whole number that is nearest
        twos, whole = shifted - shift, ir.VectorType(ir.IntType(32), kind.count)
        rest = twos.fused(self._constant(-LN_2[0]), x)
        rest = twos.fused(self._constant(-LN_2[1]), rest)
        found = self._constant(SERIES[0])
        for factor in SERIES[1:]:
            found = found.fused(rest, self._constant(factor))
        exponent = builder.shl(builder.bitcast(shifted.value, whole), ir.Constant(whole, [23] * kind.count))
        return _Lanes(builder, builder.bitcast(builder.add(builder.bitcast(found.value, whole), exponent), kind))

    def where(self, guard):
        """These numbers where `guard` is above zero, else zero."""
        zero = ir.Constant(self.value.type, None)
        above = self.builder.fcmp_ordered(">", guard.value, zero)
        return _Lanes(self.builder, self.builder.select(above, self.value, zero))

    def rectified(self):
        """ReLU. What is not a number stays so."""
        zero = ir.Constant(self.value.type, None)
        below = self.builder.fcmp_ordered("<", self.value, zero)
        return _Lanes(self.builder, self.builder.select(below, zero, self.value))

    def total(self):
        """The sum of eight numbers, as pairs of pairs of pairs."""
        pairs = self
        for apart in (1, 2, 4):
            order = ir.Constant(ir.VectorType(ir.IntType(32), HALF), [lane ^ apart for lane in range(HALF)])
            pairs += _Lanes(self.builder, self.builder.shuffle_vector(pairs.value, pairs.value, order))
        return _Lanes(self.builder, self.builder.extract_element(pairs.value, ir.IntType(32)(0)))


@no_type_check
class _Array:
    """An array (row, unit) or (unit,) without gaps, or one number, as a loop reads it."""

    def __init__(self, context, builder, kind, value):
        self.builder, self.number, self.value = builder, isinstance(kind, types.Float), value
        self.rows = cgutils.intp_t(1)
        if not self.number:
            if kind.layout != "C":
                raise TypeError(f"{kind} has gaps")
            array = context.make_array(kind)(context, builder, value)
            *rows, self.units = cgutils.unpack_tuple(builder, array.shape, kind.ndim)
            self.data, self.rows = array.data, rows[0] if rows else self.rows
            self.align = context.get_abi_sizeof(context.get_value_type(kind.dtype))

    def _place(self, row, column, lanes):
        place = self.builder.gep(self.data, [self.builder.add(self.builder.mul(row, self.units), column)])
        return self.builder.bitcast(place, ir.VectorType(self.data.type.pointee, lanes).as_pointer())

    def of_block(self, block, column, lanes):
        """The numbers of a block of rows from a column on, which may be the same for all."""
        if self.number:
            return _everywhere(self.builder, self.value, lanes)
        one = self.builder.icmp_signed("==", self.rows, cgutils.intp_t(1))
        return self.load(self.builder.select(one, cgutils.intp_t(0), block), column, lanes)

    def load(self, row, column, lanes):
        """Numbers of a row from a column on."""
        return _Lanes(self.builder, self.builder.load(self._place(row, column, lanes), align=self.align))

    def store(self, lanes, row, column):
        """Write numbers to a row from a column on."""
        self.builder.store(lanes.value, self._place(row, column, lanes.value.type.count), align=self.align)


@no_type_check
def _everywhere(builder, number, lanes):
    """One number in all places of a vector."""
    vector = ir.VectorType(number.type, lanes)
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    nowhere = ir.Constant(ir.VectorType(ir.IntType(32), lanes), None)
    return _Lanes(builder, builder.shuffle_vector(one, one, nowhere))


@no_type_check
def _arrays(context, builder, kinds, given):
    values = cgutils.unpack_tuple(builder, given, len(kinds))
    return [_Array(context, builder, kind, value) for kind, value in zip(kinds, values, strict=True)]


@no_type_check
def _highest(builder, counts):
    """The largest of some counts."""
    highest = cgutils.intp_t(1)
    for count in counts:
        highest = builder.select(builder.icmp_signed(">", count, highest), count, highest)
    return highest


@no_type_check
def _whole(builder, count, step):
    """The part of a count that whole steps reach, a power of two each."""
    return builder.and_(count, cgutils.intp_t(-step))


@no_type_check
class _Sums:
    """Running sums of some numbers side by side, which begin with zero."""

    def __init__(self, builder, vector, count):
        self.builder = builder
        self.places = [cgutils.alloca_once(builder, vector) for _ in range(count)]
        for place in self.places:
            builder.store(ir.Constant(vector, None), place)

    def add(self, which, lanes):
        """Add to one of them."""
        self.builder.store((self[which] + lanes).value, self.places[which])

    def __getitem__(self, which):
        return _Lanes(self.builder, self.builder.load(self.places[which]))


@no_type_check
def over_rows(body):
    """A loop over rows. body: what to write, if anything, and what to add up over rows, in one tuple.

    Called as loop(out, totals, matrices, rows). out: (row, unit), written, or None. totals: rows of units, filled with the
    sums. The body gets numbers of the matrices (row, unit), and then of `rows`: each is one number, one row for all (unit,)
    or (1, unit), or has one row for every so many of the matrices.
    """

    @intrinsic
    @no_type_check
    def loop(_typing, out, totals, matrices, rows):
        def generate(context, builder, signature, given):
            number = context.get_value_type(matrices[0].dtype)
            target = None if signature.args[0] == types.none else _Array(context, builder, signature.args[0], given[0])
            ends, read, held = (_arrays(context, builder, *one) for one in zip(signature.args[1:], given[1:], strict=True))
            blocks = _highest(builder, [one.rows for one in held])
            height, units = builder.sdiv(read[0].rows, blocks), read[0].units
            columns = cgutils.intp_t(0), *(_whole(builder, units, lanes) for lanes in (LANES, HALF, 1))
            for lanes, (begin, end) in zip((LANES, HALF, 1), itertools.pairwise(columns), strict=True):
                with cgutils.for_range_slice(builder, begin, end, cgutils.intp_t(lanes)) as (column, _):
                    sums = [_Sums(builder, ir.VectorType(number, lanes), FOUR) for _ in ends]
                    with cgutils.for_range(builder, blocks) as block:
                        others = [one.of_block(block.index, column, lanes) for one in held]
                        start = builder.mul(block.index, height)
                        for row, which in _in_fours(builder, start, height):
                            found = body(*(one.load(row, column, lanes) for one in read), *others)
                            if target is not None:
                                target.store(found[0], row, column)
                            for of_total, more in zip(sums, found[target is not None :], strict=True):
                                of_total.add(which, more)
                    for place, four in zip(ends, sums, strict=True):
                        place.store((four[0] + four[1]) + (four[2] + four[3]), cgutils.intp_t(0), column)
            return context.get_dummy_value()

        return types.void(out, totals, matrices, rows), generate

    return loop


@no_type_check
def _in_fours(builder, start, count):
    """Loops over `count` rows, each with the number of its sum."""
    together, end = builder.add(start, _whole(builder, count, FOUR)), builder.add(start, count)
    with cgutils.for_range_slice(builder, start, together, cgutils.intp_t(FOUR)) as (row, _):
        for which in range(FOUR):
            yield builder.add(row, cgutils.intp_t(which)), which
    with cgutils.for_range_slice(builder, together, end, cgutils.intp_t(1)) as (row, _):
        yield row, 0


@no_type_check
def mean_of(body):
    """Means of what a body computes, over the units of a row or over groups of them.

    Called as mean(out, width, matrices, rows), with the last two as in `over_rows`. out: one row for every so many of the
    matrices; each of its numbers is the mean over these rows and over the `width` units among which it stands.
    """

    @intrinsic
    @no_type_check
    def mean(_typing, out, width, matrices, rows):
        def generate(context, builder, signature, given):
            number = context.get_value_type(matrices[0].dtype)
            target = _Array(context, builder, signature.args[0], given[0])
            read, held = (_arrays(context, builder, *one) for one in zip(signature.args[2:], given[2:], strict=True))
            width, eights = given[1], _whole(builder, given[1], HALF)
            height = builder.sdiv(read[0].rows, target.rows)
            count = builder.sitofp(builder.mul(height, width), number)
            share = builder.fdiv(number(1), count)
            zero = cgutils.intp_t(0)
            with (
                cgutils.for_range(builder, target.rows) as to,
                cgutils.for_range_slice(builder, zero, target.units, width) as (first, _),
            ):
                middle, end = builder.add(first, eights), builder.add(first, width)
                parts = (HALF, first, middle), (1, middle, end)
                sums = [_Sums(builder, ir.VectorType(number, lanes), 1) for lanes, *_ in parts]
                start = builder.mul(to.index, height)
                with cgutils.for_range_slice(builder, start, builder.add(start, height), cgutils.intp_t(1)) as (row, _):
                    for (lanes, begin, stop), total in zip(parts, sums, strict=True):
                        with cgutils.for_range_slice(builder, begin, stop, cgutils.intp_t(lanes)) as (column, _):
                            values = [one.load(row, column, lanes) for one in read]
                            others = [one.of_block(to.index, column, lanes) for one in held]
                            total.add(0, body(*values, *others))
                rest = builder.extract_element(sums[1][0].value, ir.IntType(32)(0))
                found = builder.fmul(builder.fadd(sums[0][0].total().value, rest), share)
                for lanes, begin, stop in parts:
                    with cgutils.for_range_slice(builder, begin, stop, cgutils.intp_t(lanes)) as (column, _):
                        target.store(_everywhere(builder, found, lanes), to.index, column)
            return context.get_dummy_value()

        return types.void(out, width, matrices, rows), generate

    return mean


# What a layer does, and what it does on the way back.
_same = over_rows(lambda x: (x,))
_exponential = over_rows(lambda x: (x.exponential(),))
_sum_where = over_rows(lambda s, out: (s.where(out), s.where(out)))
_sum_squares = over_rows(lambda x, middle: ((x - middle) * (x - middle),))
_sum_products = over_rows(lambda s, factor: (s * factor,))
_tilt = over_rows(lambda s, x, middle, inverse: (s, s * ((x - middle) * inverse)))
_tilt_where = over_rows(
    lambda s, x, out, middle, inverse: (s.where(out), s.where(out), s.where(out) * ((x - middle) * inverse))
)
_shift = over_rows(lambda x, bias: (x + bias,))
_shift_rectified = over_rows(lambda x, bias: ((x + bias).rectified(),))
_scale = over_rows(lambda x, middle, factor, shift: ((x - middle) * factor + shift,))
_scale_rectified = over_rows(lambda x, middle, factor, shift: (((x - middle) * factor + shift).rectified(),))
_add_noise = over_rows(lambda x, more, times: (more + times * x,))
_add_noise_rectified = over_rows(lambda x, more, times: ((more + times * x).rectified(),))
_product = over_rows(lambda x, times: (x * times,))
_product_where = over_rows(lambda s, times, out: ((s * times).where(out),))
_send = over_rows(lambda s, x, middle, factor, level, turn: (s * factor - level - turn * (x - middle),))
_mean = mean_of(lambda x: x)
_mean_square = mean_of(lambda x, middle: (x - middle) * (x - middle))
_mean_product = mean_of(lambda s, factor: s * factor)
_mean_tilt = mean_of(lambda s, x, middle, inverse, scale: s * ((x - middle) * inverse) * scale)
# What an optimiser does.
_move = over_rows(lambda x, slope, rate: (x - rate * slope,))
_add_share = over_rows(lambda x, more, share: (x + share * more,))
_fade = over_rows(lambda x, more, share: (share * x + more,))
_approach = over_rows(lambda x, goal, share: (x + share * (goal - x),))
_approach_square = over_rows(lambda x, goal, rest, share: (rest * x + share * goal * goal,))
_adam = over_rows(
    lambda first, second, part, other_part, epsilon: (first / part / ((second / other_part).root() + epsilon),)
)


@intrinsic
@no_type_check
def _pointer(_typing, address):
    """An address as `carray` takes it."""

    def generate(_context, builder, _signature, arguments):
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(address), generate


@intrinsic
@no_type_check
def _address(_typing, array):
    """Where an array begins, which has no gaps."""
    if array.layout != "C":
        raise TypeError(f"{array} has gaps")

    def generate(context, builder, signature, given):
        return builder.ptrtoint(context.make_array(signature.args[0])(context, builder, given[0]).data, cgutils.intp_t)

    return types.intp(array), generate


@inner
@no_type_check
def _view(begin, shape, like):
    """An array at an address. Nobody counts who holds it, which takes as long as many a loop: its owner keeps it."""
    return carray(_pointer(begin), shape, like.dtype)


@inner
@no_type_check
def _of(stack, member):
    """A matrix of stacked ones (member, row, column), seen in the same way."""
    shape = stack.shape[1], stack.shape[2]
    return _view(_address(stack) + member * shape[0] * shape[1] * stack.itemsize, shape, stack)


@intrinsic
@no_type_check
def _stay_apart(_typing):
    """Tell LLVM not to copy the code of this function into that of its callers, which takes seconds to compile."""

    def generate(context, builder, _signature, _given):
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
@no_type_check
def _keep(_typing, owner):
    """Nothing, but that `owner` lives until here."""
    return types.void(owner), lambda context, _builder, _signature, _given: context.get_dummy_value()


@inner
@no_type_check
def _finish(over, rows, sums):
    """Turn sums over rows into means, in place: for each unit, or for all units of the layer."""
    own, share = sums[0], sums.dtype.type(1 / rows)
    for u in range(len(own)):
        own[u] *= share
    if over == LAYER:
        _mean(sums, len(own), (sums,), ())


@inner
@no_type_check
def _width(over, group, units):
    """Units that share a statistic of this kind."""
    return group if over == GROUP else units if over >= LAYER else 1


@inner
@no_type_check
def _fill_mean(x, over, group, out):
    """The mean of `x` (row, unit) over what `over` says, in `out` (1 or example, unit)."""
    if over <= LAYER:
        _same(None, (out,), (x,), ())
        _finish(over, len(x), out)
    else:
        _mean(out, _width(over, group, x.shape[1]), (x,), ())


@inner
@no_type_check
def _fill_square(x, about, over, group, out):
    """The mean square of `x` (row, unit) about `about` (1 or example, unit), in the form of _fill_mean."""
    if over <= LAYER:
        _sum_squares(None, (out,), (x,), (about,))
        _finish(over, len(x), out)
    else:
        _mean_square(out, _width(over, group, x.shape[1]), (x,), (about,))


@inner
@no_type_check
def _fill_inverse(square, over, group, out):
    """One over the size; one where nothing divides."""
    units, one, epsilon = out.shape[1], out.dtype.type(1), out.dtype.type(EPSILON)
    width = _width(over, group, units)
    for k in range(len(out)):
        row, own = out[k], square[k]
        for first in range(0, units, width):
            inverse = one if over == NONE else one / np.sqrt(own[first] + epsilon)
            for u in range(uintp(first), uintp(first + width)):  # counted from the start: else LLVM makes no vectors
                row[u] = inverse


@inner
@no_type_check
def _add_bias(z, bias, relu):
    """`add_bias` for one member: z (row, unit), bias (unit,)."""
    if relu:
        _shift_rectified(z, (), (z,), (bias,))
    else:
        _shift(z, (), (z,), (bias,))


@inner
@no_type_check
def _add_bias_back(out, slope, of_bias, relu):
    """`add_bias_back` for one member."""
    if relu:
        _sum_where(slope, (of_bias,), (slope, out), ())
    else:
        _same(None, (of_bias,), (slope,), ())


@compiled
@no_type_check
def add_bias(z, bias, relu):
    """Add `bias` (member, unit) to `z` (member, row, unit) in place, and take ReLU of it, where wanted."""
    for m in range(len(z)):
        _add_bias(_of(z, m), bias[m], relu)


@compiled
@no_type_check
def add_bias_back(out, slope, of_bias, relu):
    """The way back of `add_bias`, which left `out`: ReLU is taken out of `slope`; its sums go to `of_bias`."""
    for m in range(len(slope)):
        _add_bias_back(_of(out, m), _of(slope, m), of_bias[m], relu)


@compiled
@no_type_check
def _room(centre, square):
    """Where the loops of one member keep for a moment what they know of each unit."""
    level, others = np.zeros(centre.shape[1:], centre.dtype), square.shape[1:]
    return np.empty(others, centre.dtype), np.empty(others, centre.dtype), np.zeros(others, centre.dtype), level


@within
@no_type_check
def _normalise(z, out, scale, shift, centre, about, square, plan, relu, room):
    """`normalise` for one member: z and out (row, unit), statistics (1 or example, unit), scale and shift (1, unit)."""
    mean_over, mean_live, size_over, size_live, about_mean, group = plan
    _, factor, _, _ = room
    if mean_live:
        _fill_mean(z, mean_over, group, centre)
    if size_live and about_mean and not (mean_live and mean_over == size_over):  # else it is the centre itself
        _fill_mean(z, size_over, group, about)
    if size_live:
        _fill_square(z, about, size_over, group, square)
    _fill_inverse(square, size_over, group, factor)
    _product(factor, (), (factor,), (scale,))
    if relu:
        _scale_rectified(out, (), (z,), (centre, factor, shift))
    else:
        _scale(out, (), (z,), (centre, factor, shift))


@within
@no_type_check
def _normalise_back(kept, s, relu, scale, plan, gradients, of_scale, of_shift, room):
    """`normalise_back` for one member, whose slope `s` is that before noise; relu: and before ReLU. of_scale: (unit,)."""
    z, out, centre, about, square = kept
    mean_over, _, size_over, _, _, group = plan
    through_mean, through_size = gradients
    inverse, factor, turn, level = room
    units = scale.shape[1]
    _fill_inverse(square, size_over, group, inverse)
    _product(factor, (), (inverse,), (scale,))
    if relu:
        _tilt_where(s, (of_shift, of_scale), (s, z, out), (centre, inverse))
    else:
        _tilt(None, (of_shift, of_scale), (s, z), (centre, inverse))
    if through_size:
        if size_over <= LAYER:
            for u in range(units):
                turn[0, u] = scale[0, u] * of_scale[u]
            _finish(size_over, len(z), turn)
        else:
            _mean_tilt(turn, _width(size_over, group, units), (s, z), (centre, inverse, scale))
        for k in range(len(turn)):
            for u in range(units):
                turn[k, u] *= inverse[k, u] * inverse[k, u]
    if through_mean:
        if mean_over <= LAYER:
            _sum_products(None, (level,), (s,), (factor,))
            _finish(mean_over, len(z), level)
        else:
            _mean_product(level, _width(mean_over, group, units), (s,), (factor,))
    _send(s, (), (s, z), (about, factor, level, turn))


@compiled
@no_type_check
def normalise(z, out, scale, shift, centre, about, square, plan, noise_shift, noise_factor, noise_row, relu):
    """Write to `out` what the layer makes of `z`, and fill the statistics that the plan calls live.

    z, out: (member, row, unit). plan: over and live of the mean; over, live and about-the-mean of the size; units in a
    group. centre is subtracted, about is the mean that the size is taken about, square the squared size. noise_shift,
    noise_factor: (seed, row, unit), and noise_row (member,) the seed of each member, all empty where there is none.
    """
    room, noisy = _room(centre, square), noise_row.size > 0
    for m in range(len(z)):
        x, y, mean, middle, size = _of(z, m), _of(out, m), _of(centre, m), _of(about, m), _of(square, m)
        own, floor = slice(m, m + 1), relu and not noisy
        _normalise(x, y, scale[own], shift[own], mean, middle, size, plan, floor, room)
        if noisy:
            noise = _of(noise_shift, noise_row[m]), _of(noise_factor, noise_row[m])
            if relu:
                _add_noise_rectified(y, (), (y, *noise), ())
            else:
                _add_noise(y, (), (y, *noise), ())


@compiled
@no_type_check
def normalise_back(
    z, out, slope, scale, centre, about, square, plan, gradients, noise_factor, noise_row, relu, of_scale, of_shift
):
    """Turn `slope`, the gradient along what `normalise` wrote to `out`, into that along its `z`, in place.

    gradients: whether it goes through the mean and through the size. of_scale, of_shift (member, unit): filled with the
    gradients of scale and shift.
    """
    room = _room(centre, square)
    for m in range(len(z)):
        kept = _of(z, m), _of(out, m), _of(centre, m), _of(about, m), _of(square, m)
        s, own, ends = _of(slope, m), scale[m : m + 1], relu
        if noise_row.size:
            times, ends = _of(noise_factor, noise_row[m]), False
            if relu:
                _product_where(s, (), (s, times, kept[1]), ())
            else:
                _product(s, (), (s, times), ())
        _normalise_back(kept, s, ends, own, plan, gradients, of_scale[m], of_shift[m], room)


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
    share, total = outputs.dtype.type(1 / examples), outputs.dtype.type(0)
    for e in range(examples):
        row, slope = outputs[e], slopes[e]
        highest = row[0]
        for c in range(1, classes):
            highest = max(highest, row[c])
        for c in range(classes):
            slope[c] = row[c] - highest
        total -= slope[targets[e]]
    together = _view(_address(slopes), (1, slopes.size), slopes)
    _exponential(together, (), (together,), ())
    for e in range(examples):
        slope = slopes[e]
        sum_of_all = outputs.dtype.type(0)
        for c in range(classes):
            sum_of_all += slope[c]
        total += np.log(sum_of_all)
        for c in range(classes):
            slope[c] *= share / sum_of_all
        slope[targets[e]] -= share
    return total * share


@compiled
@no_type_check
def cross_entropy(outputs, targets, loss, slopes):
    """The mean cross-entropy of each member, `loss` (member,), and its gradient along `outputs`, in `slopes`.

    outputs, slopes: (member, example, class); targets (member, example).
    """
    for m in range(len(outputs)):
        loss[m] = _cross_entropy(_of(outputs, m), targets[m], _of(slopes, m))


# Products of matrices as small as these take two to three times as long by a BLAS, which prepares for large ones; and it
# rounds by the processor at hand. Here each number is summed from its first term to its last, by additions that round once
# with their product (fused multiply-add): the same bits wherever it runs, however many stand side by side. Where a number
# of the first factor stands is the sum of two offsets, that of its row and that of its column: so a patch of a picture is a
# row without being copied, and a matrix is turned by taking one table for the other.
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

    def at(place, offset):
        return builder.gep(place, [offset if isinstance(offset, ir.Value) else cgutils.intp_t(offset)])

    def vector_at(place, which):
        return builder.bitcast(at(place, which * lanes), vector.as_pointer())

    starts = [at(first, builder.load(at(row_offsets, row))) for row in range(rows)]
    sums = [_Sums(builder, vector, vectors) for _ in range(rows)]
    with cgutils.for_range(builder, depth) as loop:
        row = at(second, builder.mul(loop.index, steps[1]))
        across = [builder.load(vector_at(row, which), align=bits // 8) for which in range(vectors)]
        offset = builder.load(at(offsets, loop.index))
        for start, totals in zip(starts, sums, strict=True):
            everywhere = _everywhere(builder, builder.load(at(start, offset)), lanes).value
            for which, other in enumerate(across):
                builder.store(builder.call(fused, [everywhere, other, totals[which].value]), totals.places[which])
    for row, totals in enumerate(sums):
        place = at(out, builder.mul(steps[0], cgutils.intp_t(row)))
        for which in range(vectors):
            builder.store(totals[which].value, vector_at(place, which), align=bits // 8)


@no_type_check
def _strip(builder, number, width, places, steps, rows, depth):
    """Instructions for a strip of a product, all its rows; else as in `_tile`."""
    out, first, second, row_offsets, offsets = places
    together = _whole(builder, rows, ROWS)
    for begin, end, step in ((cgutils.intp_t(0), together, ROWS), (together, rows, 1)):
        with cgutils.for_range_slice(builder, begin, end, cgutils.intp_t(step)) as (row, _):
            there = builder.gep(out, [builder.mul(row, steps[0])]), first, second, builder.gep(row_offsets, [row]), offsets
            _tile(builder, number, (step, *width), there, steps, depth)


@intrinsic
@no_type_check
def _multiply_columns(_typing, places, shape, like):
    """`_multiply` of what stands at these addresses; shape: rows, terms of a sum, columns."""

    def generate(context, builder, signature, given):
        number, zero = context.get_value_type(signature.args[2].dtype), cgutils.intp_t(0)
        kinds = number, number, number, cgutils.intp_t, cgutils.intp_t
        places = zip(cgutils.unpack_tuple(builder, given[0], len(kinds)), kinds, strict=True)
        out, first, second, *offsets = (builder.inttoptr(place, kind.as_pointer()) for place, kind in places)
        rows, depth, columns = cgutils.unpack_tuple(builder, given[1], 3)

        def strips(begin, end, lanes, vectors):
            with cgutils.for_range_slice(builder, begin, end, cgutils.intp_t(lanes * vectors)) as (column, _):
                here = builder.gep(out, [column]), first, builder.gep(second, [column]), *offsets
                _strip(builder, number, (lanes, vectors), here, (columns, columns), rows, depth)

        ends = [zero, *(_whole(builder, columns, step) for step in (LANES * VECTORS, LANES, HALF))]
        strips(*ends[:2], LANES, VECTORS)
        if VECTORS > 1:
            strips(*ends[1:3], LANES, 1)
        strips(*ends[2:], HALF, 1)
        with builder.if_then(builder.icmp_signed("<", ends[3], columns)):
            enough = builder.icmp_signed(">=", columns, cgutils.intp_t(HALF))
            with builder.if_else(enough) as (again, alone):
                with again:  # those before the end once more, as that is quicker than one by one
                    strips(builder.sub(columns, cgutils.intp_t(HALF)), columns, HALF, 1)
                with alone:
                    strips(zero, columns, 1, 1)
        return context.get_dummy_value()

    return types.void(places, shape, like), generate


@compiled
@no_type_check
def _multiply(first, offsets, second, out):
    """Write to `out` (row, column) the product of `first` and `second`; offsets: addresses of those of the first."""
    arrays = _address(out), _address(first), _address(second)
    _multiply_columns((*arrays, *offsets), (out.shape[0], len(second), out.shape[1]), first)


@intrinsic
@no_type_check
def _turn_squares(_typing, x, out):
    """Write whole squares of `x` (row, column), eight by eight numbers, to `out` (column, row), turned."""

    def generate(context, builder, signature, given):
        source, target = (_Array(context, builder, *one) for one in zip(signature.args, given, strict=True))
        zero, step = cgutils.intp_t(0), cgutils.intp_t(HALF)
        with (
            cgutils.for_range_slice(builder, zero, _whole(builder, source.rows, HALF), step) as (row, _),
            cgutils.for_range_slice(builder, zero, _whole(builder, source.units, HALF), step) as (column, _),
        ):
            lines = [source.load(builder.add(row, cgutils.intp_t(k)), column, HALF).value for k in range(HALF)]
            for _ in range(HALF.bit_length() - 1):
                pairs = zip(lines[: HALF // 2], lines[HALF // 2 :], strict=True)
                lines = [line for pair in pairs for line in _riffle(builder, *pair)]
            for k, line in enumerate(lines):
                target.store(_Lanes(builder, line), builder.add(column, cgutils.intp_t(k)), row)
        return context.get_dummy_value()

    return types.void(x, out), generate


@no_type_check
def _riffle(builder, one, other):
    """Numbers of two vectors, one from each in turn: the first halves, and the second halves."""
    for start in (0, HALF // 2):
        order = [start + lane // 2 + HALF * (lane % 2) for lane in range(HALF)]
        yield builder.shuffle_vector(one, other, ir.Constant(ir.VectorType(ir.IntType(32), HALF), order))


@compiled
@no_type_check
def _offsets(rows, columns):
    """Offsets of the rows and of the columns of a matrix."""
    return np.arange(rows) * columns, np.arange(columns)


@inner
@no_type_check
def _addresses(offsets):
    """Where the offsets of rows and of columns stand."""
    return _address(offsets[0]), _address(offsets[1])


@inner
@no_type_check
def _turn(x, out):
    """Write rows of `x` as columns of `out`."""
    rows, columns = x.shape
    _turn_squares(x, out)
    for r in range(rows):
        for u in range(columns // HALF * HALF if r < rows // HALF * HALF else 0, columns):
            out[u, r] = x[r, u]


@compiled
@no_type_check
def multiply(first, second, out):
    """Write the product of each member to `out` (member, row, column)."""
    table = _offsets(first.shape[1], first.shape[2])
    for m in range(len(out)):
        _multiply(_of(first, m), _addresses(table), _of(second, m), _of(out, m))
    _keep(table)


@compiled
@no_type_check
def multiply_back(first, second, slope, of_first, of_second):
    """The way back of `multiply`: `slope` is that along its `out`. An empty `of_first` is left alone."""
    table, of_slope = _offsets(first.shape[1], first.shape[2]), _offsets(slope.shape[1], slope.shape[2])
    rows, columns = _addresses(table)
    turned = np.empty((second.shape[2], second.shape[1]), second.dtype)
    for m in range(len(slope)):
        if of_first.size:
            _turn(_of(second, m), turned)
            _multiply(_of(slope, m), _addresses(of_slope), turned, _of(of_first, m))
        _multiply(_of(first, m), (columns, rows), _of(slope, m), _of(of_second, m))
    _keep((table, of_slope))


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
    table = _patches(framed, (side - 1) // stride + 1, stride)
    for m in range(len(x)):
        _frame(x[m], 1, framed)
        _multiply(framed, _addresses(table), _of(weight, m), _of(out, m))
    _keep(table)


@compiled
@no_type_check
def convolve_back(x, stride, weight, slope, of_x, of_weight):
    """The way back of `convolve`: `slope` is that along its `out`. An empty `of_x` is left alone.

    The slope along a picture is a convolution, too: of the slopes, set apart by `stride`, with the filters turned round.
    """
    _, examples, side, _, channels = x.shape
    filters, places = weight.shape[2], (side - 1) // stride + 1
    framed = np.zeros((examples, side + 2, side + 2, channels), x.dtype)
    table = _patches(framed, places, stride)
    of_patches, of_taps = _addresses(table)
    apart = np.zeros((examples, side + 2, side + 2, filters), x.dtype)
    of_apart = _patches(apart, side, 1)
    turned = np.empty((9 * filters, channels), x.dtype)
    for m in range(len(x)):
        _frame(x[m], 1, framed)
        _multiply(framed, (of_taps, of_patches), _of(slope, m), _of(of_weight, m))
        if of_x.size:
            _frame(slope[m].reshape(examples, places, places, filters), stride, apart)
            for tap in range(9):
                _turn(weight[m, tap * channels : (tap + 1) * channels], turned[(8 - tap) * filters : (9 - tap) * filters])
            _multiply(apart, _addresses(of_apart), turned, of_x[m].reshape(examples * side * side, channels))
    _keep((table, of_apart))


@compiled
@no_type_check
def _lay_out(shapes, like):
    """Memory for arrays of zeros of these shapes, and where each of them begins: where a line of the cache does."""
    line, places, end = 64, np.empty(len(shapes), np.int64), 0
    for which, shape in enumerate(shapes):
        places[which] = end
        end += (shape[0] * shape[1] * shape[2] * like.itemsize + line - 1) // line * line
    memory = np.zeros(end // like.itemsize + line, like.dtype)
    start = (_address(memory) + line - 1) // line * line
    for which in range(len(shapes)):
        places[which] += start
    return memory, places


@compiled
@no_type_check
def _layer(addresses, layer, member, into, out, like):
    """Weights, scale, shift (or bias), running mean and running squared size of a member; those it lacks lead nowhere."""
    own, row = member * out * like.itemsize, (1, out)
    weight, scale = _view(addresses[0, layer] + own * into, (into, out), like), _view(addresses[1, layer] + own, row, like)
    shift, mean = _view(addresses[2, layer] + own, row, like), _view(addresses[3, layer] + own, row, like)
    return weight, scale, shift, mean, _view(addresses[4, layer] + own, row, like)


@within
@no_type_check
def _ahead(own, x, offsets, addresses, how, room, passed):
    """Through the hidden layers of one member: what comes in, what leaves and the statistics are kept in `passed`."""
    plan, _, keeps, biased, relu = how
    mean_over, mean_live, size_over, size_live = plan[:4]
    units = passed[0].shape[2]
    for layer in range(len(passed[0])):
        z, out, centre, about, square = _at(passed, layer)
        weight, scale, shift, mean, size = _layer(addresses, layer, own, x.shape[1], units, x)
        _multiply(x, offsets[1] if layer else offsets[0], weight, z)
        if biased:
            _add_bias(z, shift[0], relu)
        else:
            if mean_over != NONE and not mean_live:
                _same(centre, (), (mean,), ())
            if size_over != NONE and not size_live:
                _same(square, (), (size,), ())
            factor = scale if addresses[1, layer] else passed[5]
            _normalise(z, out, factor, shift, centre, about, square, plan, relu, room)
            if keeps[0] > 0:
                _remember(mean[0], centre[0], keeps[0], keeps[1])
            if keeps[2] > 0:
                _remember(size[0], square[0], keeps[2], keeps[3])
        x = out
    return x


@within
@no_type_check
def _back(own, inputs, s, rate, offsets, addresses, how, rules, room, passed, slopes):
    """Back through them: everything moves against its slope. `s` is the slope along what the last one computed.

    addresses: as `descend` lists them; from 5 on first moments, from 8 on second ones.
    """
    plan, gradients, _, biased, relu = how
    below, turned, of_first, of_hidden, of_scale, of_shift = slopes
    units = passed[0].shape[2]
    for layer in range(len(passed[0]) - 1, -1, -1):
        z, out, centre, about, square = _at(passed, layer)
        x = _of(passed[1], layer - 1) if layer else inputs
        weight, scale, shift, _, _ = _layer(addresses, layer, own, x.shape[1], units, s)
        if biased:
            _add_bias_back(out, s, of_shift[0], relu)
        else:
            factor = scale if addresses[1, layer] else passed[5]
            kept = z, out, centre, about, square
            _normalise_back(kept, s, relu, factor, plan, gradients, of_scale[0], of_shift[0], room)
            if addresses[1, layer]:
                _step(scale, of_scale, rate, (addresses[6, layer], addresses[9, layer]), own, weight, rules[1])
        _step(shift, of_shift, rate, (addresses[7, layer], addresses[10, layer]), own, weight, rules[1])
        if layer:
            _turn(weight, turned)
            _multiply(s, offsets[1], turned, below)
        of_weight, (of_rows, of_columns) = (of_hidden, offsets[1]) if layer else (of_first, offsets[0])
        _multiply(x, (of_columns, of_rows), s, of_weight)
        _step(weight, of_weight, rate, (addresses[5, layer], addresses[8, layer]), own, weight, rules[0])
        s, below = below, s


@compiled
@no_type_check
def _norm(values):
    """The root of the sum of squares of a matrix."""
    squares = np.empty(values.shape[1], values.dtype)
    _sum_squares(None, (squares,), (values,), (values.dtype.type(0),))
    total = values.dtype.type(0)
    for u in range(len(squares)):
        total += squares[u]
    return np.sqrt(total)


@compiled
@no_type_check
def _take_step(value, slope, rate, moments, own, weight, rule):
    """`take_step` for one member, whose matrices these are; moments: where those of all members begin."""
    _stay_apart()
    momentum, decay, is_adam, of_adam, limit, held = rule
    start = own * value.size * value.itemsize
    first, second = _view(moments[0] + start, value.shape, value), _view(moments[1] + start, value.shape, value)
    number, moved = value.dtype.type, slope
    before = _norm(value) if held else rate
    if decay > 0:
        _add_share(slope, (), (slope, value), (number(decay),))
    if is_adam:
        share, rest, other_share, part, other_part, epsilon = of_adam
        _approach(first, (), (first, slope), (number(share),))
        _approach_square(second, (), (second, slope), (number(rest), number(other_share)))
        _adam(slope, (), (first, second), (number(part), number(other_part), number(epsilon)))
    elif momentum > 0:
        _fade(first, (), (first, slope), (number(momentum),))
        moved = first
    if limit > 0:
        rate = min(rate, number(limit) * _norm(weight) / _norm(moved))
    _move(value, (), (value, moved), (rate,))
    if held:
        _product(value, (), (value,), (before / _norm(value),))


@compiled
@no_type_check
def take_step(values, slopes, rates, firsts, seconds, weights, rule):
    """One step of an optimiser of every member, for one parameter, as `optimisers.take_step` has it.

    values, slopes, firsts, seconds: (member, row, column); rates: (member,); weights: those of the layer. Slopes are used
    up. rule: one of `Optimiser.rules`.
    """
    moments = _address(firsts), _address(seconds)
    for m in range(len(values)):
        _take_step(_of(values, m), _of(slopes, m), rates[m], moments, m, _of(weights, m), rule)


@within
@no_type_check
def _step(value, slope, rate, moments, own, weight, rule):
    """The step of one parameter of a layer in `descend`; as `_take_step`, or plain descent."""
    if rule[0] > 0 or rule[1] > 0 or rule[2] or rule[4] > 0 or rule[5]:
        _take_step(value, slope, rate, moments, own, weight, rule)
    else:
        _move(value, (), (value, slope), (rate,))


@inner
@no_type_check
def _at(passed, layer):
    """What a layer has computed and found: z, out, centre, about, square."""
    z, out, centre, about, square, _ = passed
    return _of(z, layer), _of(out, layer), _of(centre, layer), _of(about, layer), _of(square, layer)


@inner
@no_type_check
def _shapes(examples, into, sizes, plan):
    """Shapes of what one member needs for a step: what it keeps of each layer, and then what each layer uses again."""
    depth, units, classes = sizes
    mean_over, _, size_over, _, _, _ = plan
    ones, others = 1 if mean_over <= LAYER else examples, 1 if size_over <= LAYER else examples
    layers = (depth, examples, units), (depth, examples, units)
    found = (depth, ones, units), (depth, others, units), (depth, others, units), (1, 1, units)
    room = (1, others, units), (1, others, units), (1, others, units), (1, ones, units)
    slopes = (1, examples, units), (1, units, units), (1, into, units), (1, units, units), (1, 1, units), (1, 1, units)
    last = (1, examples, units), (1, examples, classes), (1, examples, classes), (1, classes, units), (1, units, classes)
    return (*layers, *found, *room, *slopes, *last, (1, 1, classes))


@compiled
@no_type_check
def descend(inputs, targets, which, rates, addresses, sizes, how, rules, loss):
    """One step of stochastic gradient descent of every member, from its mini-batch to its moved parameters.

    What `normalise`, `cross_entropy` and their like do for one layer of all members is done here for all layers of one
    member, while its numbers are in the processor's cache.

    inputs: (seed, example, input); targets: (seed, example), classes; which: (member,) the seed of each; rates: (member,).
    addresses: (kind, layer) of stacked parameters: weights, scales, shifts (or biases), running means and running squared
    sizes; then the first moments of weights, scales and shifts, and the second ones; 0 where there is none. sizes: hidden
    layers, units, outputs. how: plan and gradients, as in `normalise`; weight and factor of a mean at hand in the running
    one, and of a squared size; whether there is a bias alone in the place of all that; whether ReLU follows. rules:
    `Optimiser.rules`. loss: (member,), filled with that before the step.
    """
    last, examples, (mean_over, mean_live, size_over, size_live, about_mean, _) = sizes[0], inputs.shape[1], how[0]
    shapes = _shapes(examples, inputs.shape[2], sizes, how[0])
    memory, at = _lay_out(shapes, inputs)

    def stack(which):
        return _view(at[which], shapes[which], inputs)

    def flat(which):
        return _view(at[which], shapes[which][1:], inputs)

    z, centre, square, unscaled = stack(0), stack(2), stack(4), flat(5)
    out = z if how[3] else stack(1)  # a bias is added in place
    about = centre if about_mean and mean_live and size_live and mean_over == size_over else stack(3)
    square[:] = 1
    unscaled[:] = 1
    passed, room = (z, out, centre, about, square, unscaled), (flat(6), flat(7), flat(8), flat(9))
    slopes = flat(10), flat(11), flat(12), flat(13), flat(14), flat(15)
    s, scores, of_scores, turned_last, of_last, of_bias = flat(16), flat(17), flat(18), flat(19), flat(20), flat(21)
    tables = _offsets(examples, inputs.shape[2]), _offsets(examples, sizes[1]), _offsets(examples, sizes[2])
    offsets = _addresses(tables[0]), _addresses(tables[1]), _addresses(tables[2])
    for m in range(len(which)):
        images = _of(inputs, which[m])
        x = _ahead(m, images, offsets, addresses, how, room, passed)
        weight, _, bias, _, _ = _layer(addresses, last, m, sizes[1], sizes[2], images)
        _multiply(x, offsets[1], weight, scores)
        _shift(scores, (), (scores,), (bias,))
        loss[m] = _cross_entropy(scores, targets[which[m]], of_scores)
        _turn(weight, turned_last)
        _multiply(of_scores, offsets[2], turned_last, s)
        _multiply(x, (offsets[1][1], offsets[1][0]), of_scores, of_last)
        _same(None, (of_bias,), (of_scores,), ())
        _step(bias, of_bias, rates[m], (addresses[7, last], addresses[10, last]), m, weight, rules[1])
        _step(weight, of_last, rates[m], (addresses[5, last], addresses[8, last]), m, weight, rules[1])
        _back(m, images, s, rates[m], offsets, addresses, how, rules, room, passed, slopes)
    _keep((memory, tables))
