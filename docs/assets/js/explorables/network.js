/* A fully connected ReLU network, without Batch Norm or with what is left of it: its passes forward and backward and its
   steps, as src/whybn/lab has them. tests/site/test_instrument.py compares them with PyTorch.

   A normaliser is null, or { mean, size }, each of them
     "live"      taken from the mini-batch, and the gradient knows it
     "stopped"   taken from the mini-batch, and the gradient takes it for a constant
     "frozen"    taken once, from all training images at the start
     "off"       neither subtracted nor divided by
   The size is that about the mean; about zero where the mean is off.

   All of it is one function, as engine.js is. */
function whybnNetwork() {
  "use strict";
  const INPUTS = 64, WIDTH = 32, CLASSES = 10, EPSILON = 1e-5;
  const OUTPUTS = 12; // classes and two columns that stay zero, as `multiply` takes four columns at once

  /* out = a b, with a and b given by the strides of their rows and columns. Two by four sums stay in registers; they
     are doubles, rounded to 32 bits when they are stored. `| 0` spares a check for overflow. rows must be even, columns
     a multiple of four. */
  function multiply(out, a, aRow, aColumn, b, bRow, bColumn, rows, columns, inner) {
    const second = bColumn, third = 2 * bColumn, fourth = 3 * bColumn;
    for (let i = 0; i < rows; i += 2) {
      for (let j = 0; j < columns; j += 4) {
        let p0 = 0, p1 = 0, p2 = 0, p3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0;
        for (let k = 0, at = i * aRow, to = j * bColumn; k < inner; k++, at = (at + aColumn) | 0, to = (to + bRow) | 0) {
          const p = a[at], q = a[at + aRow];
          const b0 = b[to], b1 = b[to + second], b2 = b[to + third], b3 = b[to + fourth];
          p0 += p * b0; p1 += p * b1; p2 += p * b2; p3 += p * b3;
          q0 += q * b0; q1 += q * b1; q2 += q * b2; q3 += q * b3;
        }
        let at = i * columns + j;
        out[at] = p0; out[at + 1] = p1; out[at + 2] = p2; out[at + 3] = p3;
        at += columns;
        out[at] = q0; out[at + 1] = q1; out[at + 2] = q2; out[at + 3] = q3;
      }
    }
  }

  const fanIn = (layer) => (layer ? WIDTH : INPUTS);
  const floats = (length, value = 0) => new Float32Array(length).fill(value);
  const each = (count, make) => Array.from({ length: count }, (_, index) => make(index));

  /* Parameters and their gradients under the same names: weight, bias, scale, shift, by layer. A network with shifts
     needs no biases. held: frozen statistics. pass: what the last mini-batch left in every layer. */
  function network(weights, normaliser, batch) {
    const depth = weights.length - 1;
    const empty = () => ({
      weight: weights.map((one) => floats(one.length)),
      bias: each(depth + 1, (layer) => (layer === depth ? floats(OUTPUTS) : normaliser ? null : floats(WIDTH))),
      scale: each(normaliser ? depth : 0, () => floats(WIDTH, 1)),
      shift: each(normaliser ? depth : 0, () => floats(WIDTH)),
    });
    const parameters = empty();
    weights.forEach((one, layer) => parameters.weight[layer].set(one));
    const held = each(depth, () => ({ mean: floats(WIDTH), square: floats(WIDTH) }));
    return { depth, normaliser, held, parameters, gradient: empty(), pass: room(batch, depth, true), diverged: -1 };
  }

  /* Room for what a pass over `batch` examples leaves in every layer; one layer's room for all if nothing is to be kept.
     Statistics and loss are those of the first `counted` examples. */
  function room(batch, depth, keep, counted = batch) {
    const layers = (size) => {
      const shared = keep ? null : [floats(batch * size), floats(batch * size)];
      return each(depth, (layer) => (keep ? floats(batch * size) : shared[layer % 2]));
    };
    const entering = layers(WIDTH); // what enters the activation function
    return {
      batch,
      counted,
      entering,
      halves: entering.map((values) => new Uint16Array(values.buffer)),
      standard: layers(WIDTH), // after subtracting the mean and dividing by the deviation
      active: layers(WIDTH),
      divisor: each(depth, () => floats(WIDTH)),
      offset: each(depth, () => floats(WIDTH)), // of `standard` from values about their own mean, in divisors
      outputs: floats(batch * OUTPUTS),
      slope: floats(batch * OUTPUTS), // of the loss, for the outputs
      slopes: keep ? [floats(batch * WIDTH), floats(batch * WIDTH)] : [],
    };
  }

  const ofLayer = ({ divisor, offset, counted }, layer) => ({ divisor: divisor[layer], offset: offset[layer], counted });

  function addTo(values, addend) {
    for (let at = 0; at < values.length; at += addend.length)
      for (let k = 0; k < addend.length; k++) values[at + k] += addend[k];
  }

  /* Each unit less its mean, over its size, then scale and shift; from `values` to `standard` and back. Where
     `calibrate`, the statistics at hand are kept as `held`. */
  function normalise(values, standard, { divisor, offset, counted }, { mean, size }, held, calibrate, scale, shift) {
    const those = counted * WIDTH;
    for (let unit = 0; unit < WIDTH; unit++) {
      let own = 0, square = 0;
      if (mean !== "off") for (let at = unit; at < those; at += WIDTH) own += values[at];
      own /= counted;
      for (let at = unit; at < those; at += WIDTH) square += (values[at] - own) * (values[at] - own);
      square /= counted;
      if (calibrate) {
        held.mean[unit] = own;
        held.square[unit] = square;
      }
      const subtracted = mean === "frozen" ? held.mean[unit] : own;
      const by = size === "off" ? 1 : Math.sqrt((size === "frozen" ? held.square[unit] : square) + EPSILON);
      divisor[unit] = by;
      offset[unit] = (subtracted - own) / by;
      for (let at = unit; at < values.length; at += WIDTH) {
        standard[at] = (values[at] - subtracted) / by;
        values[at] = standard[at] * scale[unit] + shift[unit];
      }
    }
  }

  /* The gradient through `normalise`, in place, as far as it knows of mean and size; those of scale and shift on the way. */
  function normaliseBack(slope, standard, { divisor, offset }, { mean, size }, scale, ofScale, ofShift) {
    const batch = slope.length / WIDTH;
    for (let unit = 0; unit < WIDTH; unit++) {
      let sum = 0, along = 0;
      for (let at = unit; at < slope.length; at += WIDTH) {
        sum += slope[at];
        along += slope[at] * standard[at];
      }
      ofShift[unit] = sum;
      ofScale[unit] = along;
      sum = mean === "live" ? sum / batch : 0;
      along = size === "live" ? along / batch : 0;
      const factor = scale[unit] / divisor[unit];
      for (let at = unit; at < slope.length; at += WIDTH) {
        slope[at] = factor * (slope[at] - sum - (standard[at] + offset[unit]) * along);
      }
    }
  }

  function forward(net, inputs, pass, calibrate = false) {
    const { weight, bias, scale, shift } = net.parameters, { batch } = pass;
    let below = inputs;
    for (let layer = 0; layer < net.depth; layer++) {
      const entering = pass.entering[layer], active = pass.active[layer];
      multiply(entering, below, fanIn(layer), 1, weight[layer], WIDTH, 1, batch, WIDTH, fanIn(layer));
      if (net.normaliser) {
        const unit = ofLayer(pass, layer), held = net.held[layer];
        normalise(entering, pass.standard[layer], unit, net.normaliser, held, calibrate, scale[layer], shift[layer]);
      } else addTo(entering, bias[layer]);
      // Written so that what is not a number stays so: a network that has diverged must not look healthy.
      for (let at = 0; at < active.length; at++) active[at] = entering[at] < 0 ? 0 : entering[at];
      below = active;
    }
    multiply(pass.outputs, below, WIDTH, 1, weight[net.depth], OUTPUTS, 1, batch, OUTPUTS, WIDTH);
    addTo(pass.outputs, bias[net.depth]);
  }

  /* Mean cross-entropy of a pass; leaves its gradient for the outputs in pass.slope. */
  function crossEntropy(pass, labels) {
    const { outputs, slope, counted } = pass;
    let total = 0;
    for (let example = 0; example < counted; example++) {
      const at = example * OUTPUTS;
      let most = -Infinity, sum = 0;
      for (let k = 0; k < CLASSES; k++) if (outputs[at + k] > most) most = outputs[at + k];
      for (let k = 0; k < CLASSES; k++) sum += slope[at + k] = Math.exp(outputs[at + k] - most);
      for (let k = 0; k < CLASSES; k++) slope[at + k] /= sum * counted;
      slope[at + labels[example]] -= 1 / counted;
      total += Math.log(sum) + most - outputs[at + labels[example]];
    }
    return Math.fround(total / counted);
  }

  /* What a pass takes the examples that are not counted for; -1 where it has no answer. */
  function answers({ outputs, batch, counted }) {
    return Int8Array.from({ length: batch - counted }, (_, k) => {
      const own = outputs.subarray((counted + k) * OUTPUTS, (counted + k) * OUTPUTS + CLASSES);
      return own.every(Number.isFinite) ? own.indexOf(Math.max(...own)) : -1;
    });
  }

  function sumRows(sums, values) {
    for (let k = 0; k < sums.length; k++) {
      let sum = 0;
      for (let at = k; at < values.length; at += sums.length) sum += values[at];
      sums[k] = sum;
    }
  }

  /* All gradients, from what `forward` and `crossEntropy` left in the network's pass. */
  function backward(net, inputs) {
    const { weight, scale } = net.parameters, { gradient, pass } = net, { batch } = pass;
    let slope = pass.slope;
    for (let layer = net.depth; layer >= 0; layer--) {
      const wide = layer < net.depth ? WIDTH : OUTPUTS, deep = fanIn(layer);
      if (layer < net.depth) {
        const active = pass.active[layer];
        for (let at = 0; at < slope.length; at++) if (active[at] <= 0) slope[at] = 0;
        if (net.normaliser) {
          const unit = ofLayer(pass, layer), { scale: ofScale, shift: ofShift } = gradient;
          normaliseBack(slope, pass.standard[layer], unit, net.normaliser, scale[layer], ofScale[layer], ofShift[layer]);
        }
      }
      if (gradient.bias[layer]) sumRows(gradient.bias[layer], slope);
      const below = layer ? pass.active[layer - 1] : inputs;
      multiply(gradient.weight[layer], below, 1, deep, slope, wide, 1, deep, wide, batch);
      if (!layer) return;
      const next = pass.slopes[layer % 2];
      multiply(next, slope, wide, 1, weight[layer], 1, wide, batch, WIDTH, wide);
      slope = next;
    }
  }

  function descend(net, rate) {
    for (const kind of Object.keys(net.parameters)) {
      net.parameters[kind].forEach((values, layer) => {
        const slope = net.gradient[kind][layer];
        if (values) for (let at = 0; at < values.length; at++) values[at] -= rate * slope[at];
      });
    }
  }

  return {
    INPUTS, WIDTH, CLASSES, OUTPUTS, fanIn, floats, each, network, room, forward, crossEntropy, answers, backward, descend,
  };
}
