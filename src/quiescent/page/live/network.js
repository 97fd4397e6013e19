// The recurrent network: the same equations as in Python. Arrays hold one row per dreamer.

const ACTIVATIONS = {
  relu: (x) => (x > 0 ? x : 0),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  identity: (x) => x,
};

/**
 * out = values weights^T: `weights` (rows, columns), `values` (count, columns), `out` (count, rows).
 * Two rows and five dreamers at a time, so that every number is fetched for several products; sums are of double
 * precision.
 */
function product(weights, rows, columns, values, out, count) {
  let k = 0;
  for (; k + 5 <= count; k += 5) {
    const a = k * columns;
    const b = a + columns;
    const c = b + columns;
    const d = c + columns;
    const e = d + columns;
    for (let i = 0; i < rows; i += 2) {
      const odd = i + 1 === rows; // then the last row comes twice
      const u = i * columns;
      const v = odd ? u : u + columns;
      let [s0, s1, s2, s3, s4, t0, t1, t2, t3, t4] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
      for (let j = 0; j < columns; j++) {
        const x = weights[u + j];
        const y = weights[v + j];
        let value = values[a + j];
        s0 += x * value;
        t0 += y * value;
        value = values[b + j];
        s1 += x * value;
        t1 += y * value;
        value = values[c + j];
        s2 += x * value;
        t2 += y * value;
        value = values[d + j];
        s3 += x * value;
        t3 += y * value;
        value = values[e + j];
        s4 += x * value;
        t4 += y * value;
      }
      const o = k * rows + i;
      [out[o], out[o + rows], out[o + 2 * rows], out[o + 3 * rows], out[o + 4 * rows]] = [s0, s1, s2, s3, s4];
      if (odd) continue;
      const p = o + 1;
      [out[p], out[p + rows], out[p + 2 * rows], out[p + 3 * rows], out[p + 4 * rows]] = [t0, t1, t2, t3, t4];
    }
  }
  for (; k < count; k++) one(weights, rows, columns, values, k * columns, out, k * rows);
}

/** The same for one dreamer, in four sums that do not wait for one another. */
function one(weights, rows, columns, values, from, out, to) {
  const whole = columns - (columns % 4);
  for (let i = 0, w = 0; i < rows; i++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let j = 0;
    for (; j < whole; j += 4, w += 4) {
      s0 += weights[w] * values[from + j];
      s1 += weights[w + 1] * values[from + j + 1];
      s2 += weights[w + 2] * values[from + j + 2];
      s3 += weights[w + 3] * values[from + j + 3];
    }
    for (; j < columns; j++, w++) s0 += weights[w] * values[from + j];
    out[to + i] = s0 + s1 + s2 + s3;
  }
}

/** A trained network; `states` (count, units) are handed in and changed in place. */
class Network {
  constructor(spec) {
    this.units = spec.units;
    this.renewed = spec.step; // dt / tau
    this.gated = spec.kind === 'gru';
    this.phi = ACTIVATIONS[spec.activation];
    this.weights = {};
    for (const name in spec.weights) this.weights[name] = unpack(spec.weights[name]);
    this.cells = spec.weights.output.shape[0];
    this.inputs = spec.weights.input.shape[1];
    this.rows = spec.weights.input.shape[0]; // of gates and candidate, or of units
    if (this.gated) {
      const split = 2 * this.units * this.units;
      this.toGates = this.weights.recurrent.subarray(0, split);
      this.toCandidate = this.weights.recurrent.subarray(split);
    }
    this.reserve(1);
  }

  /** Make room for so many dreamers. */
  reserve(count) {
    if (this.room >= count) return;
    this.room = count;
    this.drive = new Float64Array(count * this.rows);
    this.work = new Float64Array(count * 2 * this.units);
    this.reset = this.gated ? new Float32Array(count * this.units) : null;
  }

  /** The states in which dreamers begin, from the code of their start. */
  encode(codes, states, count) {
    product(this.weights.encoder, this.units, this.cells, codes, states, count);
    const bias = this.weights.encoder_bias;
    if (bias) for (let i = 0; i < count * this.units; i++) states[i] += bias[i % this.units];
  }

  /** Linear read-out of the cells' activity. */
  readout(states, outputs, count) {
    product(this.weights.output, this.cells, this.units, states, outputs, count);
    const bias = this.weights.output_bias;
    if (bias) for (let i = 0; i < count * this.cells; i++) outputs[i] += bias[i % this.cells];
  }

  /**
   * One time step; `noise` (count, units) is added to the new states, `adapted` (count, units) taken from the drive (of a
   * gated network from that of its candidate); null is none.
   */
  step(states, inputs, noise, count, adapted = null) {
    this.reserve(count);
    this.receive(inputs, count);
    if (adapted) this.adapt(adapted, count);
    if (this.gated) this.stepGated(states, count);
    else this.stepPlain(states, count);
    if (noise) for (let i = 0; i < count * this.units; i++) states[i] += noise[i];
  }

  /** drive = weighted input plus bias. */
  receive(inputs, count) {
    const { input, recurrent_bias: bias } = this.weights;
    for (let k = 0, r = 0; k < count; k++) {
      for (let i = 0; i < this.rows; i++, r++) {
        let sum = bias ? bias[i] : 0;
        for (let j = 0; j < this.inputs; j++) sum += input[i * this.inputs + j] * inputs[k * this.inputs + j];
        this.drive[r] = sum;
      }
    }
  }

  adapt(adapted, count) {
    const { rows, units } = this;
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < units; i++) this.drive[(k + 1) * rows - units + i] -= adapted[k * units + i];
    }
  }

  /** h <- (1 - dt/tau) h + (dt/tau) phi(W h + drive) */
  stepPlain(states, count) {
    const { drive, work, phi, renewed, units } = this;
    product(this.weights.recurrent, units, units, states, work, count);
    for (let i = 0; i < count * units; i++) states[i] += renewed * (phi(work[i] + drive[i]) - states[i]);
  }

  /** h <- h + (dt/tau) (1 - z) (c - h), with gates in the order update z, reset r, candidate c = phi(W (r h) + drive) */
  stepGated(states, count) {
    const { drive, work, reset, phi, renewed, units } = this;
    const kept = new Float64Array(count * units); // 1 - z
    product(this.toGates, 2 * units, units, states, work, count);
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < units; i++) {
        const [at, gate, row] = [k * units + i, k * 2 * units + i, k * 3 * units + i];
        kept[at] = 1 / (1 + Math.exp(work[gate] + drive[row]));
        reset[at] = states[at] / (1 + Math.exp(-work[gate + units] - drive[row + units]));
      }
    }
    product(this.toCandidate, units, units, reset, work, count);
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < units; i++) {
        const at = k * units + i;
        const candidate = phi(work[at] + drive[k * 3 * units + 2 * units + i]);
        states[at] += renewed * kept[at] * (candidate - states[at]);
      }
    }
  }
}
