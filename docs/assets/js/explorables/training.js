/* Training for the instrument: the engine in workers, and every step taken kept to go back to.

   `whybn.training(digits, arrived)` gives
     begin(settings)   starts anew; false while steps are still to arrive, as a worker cannot be interrupted
     ask(step)         trains up to this step, a few at once
     history           of every step what was seen, [without, with]: see next() in engine.js
   and calls arrived(seen, before) with each new entry and the one before it, or failed(why) once if it cannot go on. */
"use strict";

(() => {
  const AT_ONCE = 8; // steps

  /** In a worker: answer requests for new networks, without (0) and with (1), and for steps. */
  function serve(engine, arms) {
    let digits, trainings, run;
    self.onmessage = ({ data: { images, labels, settings, steps } }) => {
      if (images) digits = engine.digits(images, labels);
      if (settings) {
        trainings = arms.map((arm) => engine.training(settings, digits, arm ? settings.normaliser : null));
        run = settings.run;
      }
      for (let k = 0; k < steps; k++) {
        trainings.forEach((training, index) => {
          const seen = training.next();
          self.postMessage({ run, arm: arms[index], seen }, [seen.shape, seen.size, seen.gradient].map(({ buffer }) => buffer));
        });
      }
    };
  }

  whybn.training = (digits, arrived, failed) => {
    const history = [];
    let run = 0, asked = 0, ready; // ready: what was seen of each network
    const shares = navigator.hardwareConcurrency > 2 ? [[0], [1]] : [[0, 1]]; // one core is left to the page
    const workers = shares.map((arms) => {
      const source = `"use strict";${whybnNetwork}${whybnEngine}(${serve})(whybnEngine(),[${arms}])`;
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" }))); // also from disk
      worker.onmessage = ({ data }) => receive(data);
      worker.onerror = ({ message }) => failed(message || "its worker did not start");
      worker.postMessage(digits);
      return worker;
    });

    function receive({ run: of, arm, seen }) {
      if (of !== run) return;
      ready[arm].push(seen);
      const step = history.length, both = ready.map((one) => one[step]);
      if (!both.every(Boolean)) return; // the other network is behind
      history.push(both);
      arrived(both, history[step - 1]);
    }

    function send(request) {
      for (const worker of workers) worker.postMessage(request);
    }

    function begin(settings) {
      if (asked > history.length) return false;
      history.length = asked = 0;
      ready = [[], []];
      send({ settings: { ...settings, run: ++run } });
      return true;
    }

    function ask(step) {
      const steps = Math.min(step + 1, history.length + AT_ONCE) - asked;
      if (steps <= 0) return;
      asked += steps;
      send({ steps });
    }

    return { history, begin, ask };
  };
})();
