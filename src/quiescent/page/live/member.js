// A member: one trained network with so many dreamers, each with an animal, a state and random numbers of its own.

const MOST = 50; // dreamers

class Member {
  constructor(spec) {
    this.spec = spec;
    this.network = new Network(spec);
    this.code = makeCode(spec.code, spec.box);
    this.valid = this.code.width ? new ValidCodes(this.code, spec.box) : null; // of other codes every value is valid
    this.dim = this.code.dim;
    this.circular = this.code.circular;
    this.network.reserve(MOST);
    this.states = new Float32Array(MOST * spec.units);
    this.history = new History(spec.units, MOST);
    this.outputs = new Float32Array(MOST * this.code.size);
    this.decoded = new Float32Array(MOST * this.dim);
    this.noise = new Float32Array(MOST * spec.units);
    this.inputs = new Float32Array(MOST * this.network.inputs);
    this.count = 0;
  }

  /** Standard deviation of recurrent noise over that of the task, by the rule of the paper: sqrt(2) times at rest. */
  ownLevel(asleep) {
    return this.spec.noise.trained > 0 ? (asleep ? Math.SQRT2 : 1) : 0;
  }

  /** Let dreamers begin anew at a place, or without one where the task's trials begin. */
  reset(count, seed, place) {
    this.seed = seed;
    this.animals = [];
    this.streams = [];
    this.count = 0;
    this.resize(count, place);
  }

  /** Change the number of dreamers; new ones begin at a place. */
  resize(count, place) {
    const first = this.count;
    for (let k = this.animals.length; k < count; k++) {
      this.animals.push(makeAnimal(this.spec.task, this.spec.box, new Random(this.seed, k, 1)));
      this.streams.push(new Random(this.seed, k, 2));
    }
    this.count = count;
    for (let k = first; k < count; k++) this.start(k, place);
    this.read();
  }

  /** One dreamer begins: its animal goes to a place, its state is the place's code. */
  start(k, place) {
    this.animals[k].begin(place && this.inside(place));
    const code = new Float64Array(this.code.size);
    this.code.encode(this.animals[k].place, code, 0);
    this.network.encode(code, this.states.subarray(k * this.spec.units, (k + 1) * this.spec.units), 1);
    this.history.begin(this.states, k, k + 1);
  }

  /** Fall asleep as all dreamers are. */
  sleep() {
    this.history.begin(this.states, 0, this.count);
  }

  /** Wake up: animals go on from where the dreamers believe to be; states stay as they are. */
  wake() {
    for (let k = 0; k < this.count; k++) {
      const dreamt = Array.from(this.decoded.subarray(k * this.dim, (k + 1) * this.dim));
      this.animals[k].begin(this.inside(dreamt));
    }
  }

  /** The nearest place in the box. */
  inside(place) {
    return place.map((x, d) => Math.min(Math.max(x, this.spec.box[d][0]), this.spec.box[d][1]));
  }

  /** One time step of all dreamers, with recurrent noise of so many times the task's; `rest` is what else acts asleep. */
  step(asleep, level, rest) {
    const { unit, shape, input: inputStd } = this.spec.noise;
    const [units, channels] = [this.spec.units, this.network.inputs];
    const std = level * unit;
    this.inputs.fill(0);
    for (let k = 0; k < this.count; k++) {
      if (!asleep) this.animals[k].next(this.inputs.subarray(k * channels, (k + 1) * channels));
      if (inputStd) {
        const extra = new Float32Array(channels);
        this.streams[k].fill(extra, 0, channels, inputStd, shape);
        for (let j = 0; j < channels; j++) this.inputs[k * channels + j] += extra[j];
      }
      if (std) this.streams[k].fill(this.noise, k * units, (k + 1) * units, std, shape);
    }
    const noise = std ? this.noise : null;
    if (asleep) this.history.step(this.network, this.states, this.inputs, noise, this.count, rest);
    else this.network.step(this.states, this.inputs, noise, this.count);
    this.read();
  }

  /** Read out and decode the present states. */
  read() {
    this.network.readout(this.states, this.outputs, this.count);
    const { output: std, shape } = this.spec.noise;
    for (let k = 0; k < this.count; k++) {
      const from = k * this.code.size;
      if (std) {
        const extra = new Float32Array(this.code.size);
        this.streams[k].fill(extra, 0, extra.length, std, shape);
        for (let i = 0; i < extra.length; i++) this.outputs[from + i] += extra[i];
      }
      this.code.decode(this.outputs, from, this.decoded.subarray(k * this.dim, (k + 1) * this.dim));
    }
  }

  /** Root mean squared distance of what is decoded from where the animals are (m, rad). */
  error() {
    let sum = 0;
    for (let k = 0; k < this.count; k++) {
      for (let d = 0; d < this.dim; d++) {
        const offset = this.decoded[k * this.dim + d] - this.animals[k].place[d];
        sum += (this.circular ? wrap(offset) : offset) ** 2;
      }
    }
    return Math.sqrt(sum / this.count);
  }

  /**
   * States and decoded places from given starts (a place each), inputs (step, trial, number), noise (step, trial, unit, or
   * null) and what else acts at rest: a pure function, for tests against Python.
   */
  simulate(starts, inputs, noise, rest = NEUTRAL) {
    const [count, units] = [starts.length, this.spec.units];
    const network = this.network;
    const now = new Float32Array(count * units);
    const code = new Float64Array(this.code.size);
    starts.forEach((start, k) => {
      this.code.encode(start, code, 0);
      network.encode(code, now.subarray(k * units, (k + 1) * units), 1);
    });
    const outputs = new Float32Array(count * this.code.size);
    const history = new History(units, count);
    history.begin(now, 0, count);
    const [states, decoded] = [[], []];
    inputs.forEach((input, t) => {
      history.step(network, now, Float32Array.from(input.flat()), noise && Float32Array.from(noise[t].flat()), count, rest);
      network.readout(now, outputs, count);
      states.push(starts.map((_, k) => Array.from(now.subarray(k * units, (k + 1) * units))));
      decoded.push(
        starts.map((_, k) => {
          const place = new Float32Array(this.dim);
          this.code.decode(outputs, k * this.code.size, place);
          return Array.from(place);
        }),
      );
    });
    return { states, decoded };
  }
}
