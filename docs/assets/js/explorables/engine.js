/* The engine of the live figures: pairs of networks (network.js) trained in a page as src/whybn/lab trains them. Both start
   from the same weights and see the same mini-batches, as both draw the same random numbers.

   It needs nothing from outside but whybnNetwork, so that a worker can be made from their source text. */
function whybnEngine() {
  "use strict";
  const {
    INPUTS, WIDTH, CLASSES, OUTPUTS, fanIn, floats, each, network, room, forward, crossEntropy, answers, backward, descend,
  } = whybnNetwork();
  const TRAINING = 1400; // images of the training set; the others are never shown to the networks
  const BINS = 241, REACH = Math.asinh(1000); // of the histograms, which are even in asinh of the value
  const WHOLE_EVERY = 20; // steps from one loss on the whole training set to the next

  /* Uniform numbers in [0, 1) (mulberry32), a stream of its own for every purpose. */
  function uniform(seed, purpose) {
    let state = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(purpose, 0x85ebca6b);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  function shuffle(values, draw) {
    for (let last = values.length - 1; last > 0; last--) {
      const other = Math.floor(draw() * (last + 1));
      [values[last], values[other]] = [values[other], values[last]];
    }
    return values;
  }

  /* Weights of layer 0, 1, ..., each (in, out): normal deviates times sqrt(2 / fan-in) times the gain. */
  function draw(depth, gain, seed) {
    const random = uniform(seed, 1);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return each(depth + 1, (layer) => {
      const wide = layer < depth ? WIDTH : OUTPUTS, used = layer < depth ? WIDTH : CLASSES;
      const weights = floats(fanIn(layer) * wide), size = Math.sqrt(2 / fanIn(layer)) * gain;
      for (let k = 0; k < weights.length; k++) if (k % wide < used) weights[k] = normal() * size;
      return weights;
    });
  }

  const rootMeanSquare = (values) => {
    let sum = 0;
    for (let at = 0; at < values.length; at++) sum += values[at] * values[at];
    return Math.sqrt(sum / values.length);
  };

  /* The bin of every value by the upper half of its 32 bits, which holds its sign, its exponent and seven more bits. */
  function bins() {
    const table = new Uint8Array(65536), half = new Uint16Array(2), value = new Float32Array(half.buffer);
    for (half[1] = 0; half[1] < 65535; half[1]++) {
      const bin = Math.floor((Math.asinh(value[0]) / REACH + 1) * (BINS / 2));
      table[half[1]] = Math.min(Math.max(bin, 0), BINS - 1); // what lies beyond is counted at the ends
    }
    return table;
  }

  /* The histogram of floats, given as their halves, into `shape` from `at` on; its highest bin is 255. */
  let binOf = null;
  const counts = floats(BINS);
  function histogram(halves, shape, at) {
    binOf ??= bins();
    let most = 1;
    counts.fill(0);
    for (let k = 1; k < halves.length; k += 2) most = Math.max(most, ++counts[binOf[halves[k]]]);
    for (let bin = 0; bin < BINS; bin++) shape[at + bin] = Math.ceil((255 * counts[bin]) / most);
  }

  /* All images (image, 64), from one character for each pixel, with mean 0 and standard deviation 1 over all of them as
     the laboratory has them, and their labels. */
  function digits(images, labels) {
    const pixels = Uint8Array.from(images, (pixel) => pixel.charCodeAt(0) - 48);
    let mean = 0, square = 0;
    for (const value of pixels) mean += value / pixels.length;
    for (const value of pixels) square += (value - mean) ** 2 / (pixels.length - 1);
    const inputs = Float32Array.from(pixels, (value) => (value - mean) / Math.sqrt(square));
    return { inputs, labels: Uint8Array.from(labels) };
  }

  /* A network ready to train; next() takes one step and returns what was seen before it. */
  function training({ depth, batch, rate, gain, seed }, data, normaliser) {
    const net = network(draw(depth, gain, seed), normaliser, batch), { pass } = net;
    const all = shuffle(each(data.labels.length, (index) => index), uniform(seed, 2)), own = all.slice(0, TRAINING);
    const shown = each(CLASSES, (digit) => all.slice(TRAINING).find((image) => data.labels[image] === digit));
    const told = TRAINING + CLASSES;
    const shuffles = uniform(seed, 3);
    const whole = room(told, depth, false, TRAINING);
    const allInputs = floats(told * INPUTS), allLabels = new Uint8Array(told);
    const inputs = floats(batch * INPUTS), labels = new Uint8Array(batch);
    let order = [], taken = 0, step = 0;

    function gather(index, toInputs, toLabels) {
      index.forEach((image, row) => {
        toInputs.set(data.inputs.subarray(image * INPUTS, (image + 1) * INPUTS), row * INPUTS);
        toLabels[row] = data.labels[image];
      });
    }

    /* Each epoch a fresh shuffle of the training images, its incomplete last batch dropped. */
    function nextBatch() {
      if (taken + batch > order.length) {
        order = shuffle(own.slice(), shuffles);
        taken = 0;
      }
      gather(order.slice(taken, taken + batch), inputs, labels);
      taken += batch;
    }

    /* step; loss of the mini-batch; whole, the loss of the training set in train mode, NaN where it was not taken, and with
       it the answers to ten test images, `shown`, with the statistics of the training set; size and gradient (layer,),
       root mean squares of what enters the activation functions and over the weights; shape (layer, bin); diverged, the
       step or -1. */
    function next() {
      const seen = { step, loss: NaN, whole: NaN, size: floats(depth, NaN), gradient: floats(depth, NaN) };
      seen.shape = new Uint8Array(depth * BINS);
      nextBatch();
      if (net.diverged < 0) observe(seen);
      step++;
      return Object.assign(seen, { diverged: net.diverged });
    }

    function observe(seen) {
      if (step % WHOLE_EVERY === 0) {
        forward(net, allInputs, whole);
        seen.whole = crossEntropy(whole, allLabels);
        Object.assign(seen, { answers: answers(whole), shown });
      }
      forward(net, inputs, pass);
      seen.loss = crossEntropy(pass, labels);
      if (!Number.isFinite(seen.loss)) {
        net.diverged = step;
        return;
      }
      backward(net, inputs);
      for (let layer = 0; layer < depth; layer++) {
        seen.size[layer] = rootMeanSquare(pass.entering[layer]);
        seen.gradient[layer] = rootMeanSquare(net.gradient.weight[layer]);
        histogram(pass.halves[layer], seen.shape, layer * BINS);
      }
      descend(net, rate);
    }

    gather([...own, ...shown], allInputs, allLabels);
    if (normaliser) forward(net, allInputs, whole, true);
    return { next, network: net, images: own, shown, inputs, labels };
  }

  return { digits, training, BINS, REACH };
}
