// Population codes: a place or a heading to the activity of cells, and back.

/** The code of one member's cells. */
function makeCode(spec, box) {
  if (spec.kind === 'place') return new PlaceCells(spec, box.length);
  return spec.kind === 'heading' ? new HeadingCells(spec) : new Identity(spec);
}

/** Angle in [-pi, pi). */
function wrap(angle) {
  const turns = angle + Math.PI;
  return turns - 2 * Math.PI * Math.floor(turns / (2 * Math.PI)) - Math.PI;
}

/** Numbers of the k largest of `size` values from `from` on, in falling order. */
function largest(values, from, size, k, found) {
  for (let l = 0; l < k; l++) found[l] = -1;
  for (let i = 0; i < size; i++) {
    const value = values[from + i];
    if (found[k - 1] >= 0 && !(value > values[from + found[k - 1]])) continue;
    let l = k - 1;
    for (; l > 0 && (found[l - 1] < 0 || value > values[from + found[l - 1]]); l--) found[l] = found[l - 1];
    found[l] = i;
  }
}

/** Softmax-normalised Gaussian place fields, perhaps with a surround. */
class PlaceCells {
  constructor(spec, dim) {
    this.circular = false;
    this.dim = dim;
    this.size = spec.number;
    this.centres = unpack(spec.centres);
    this.width = spec.width;
    this.spec = spec;
    this.best = new Int32Array(spec.decode_from);
  }

  encode(place, out, to) {
    const variance = this.spec.width ** 2;
    this.softmax(place, variance, out, to);
    if (!this.spec.dog) return;
    const surround = new Float64Array(this.size);
    this.softmax(place, variance * this.spec.surround_scale, surround, 0);
    let lowest = Infinity;
    for (let i = 0; i < this.size; i++) lowest = Math.min(lowest, (out[to + i] -= surround[i]));
    let sum = 0;
    for (let i = 0; i < this.size; i++) sum += out[to + i] += Math.abs(lowest);
    for (let i = 0; i < this.size; i++) out[to + i] /= sum;
  }

  softmax(place, variance, out, to) {
    let nearest = Infinity;
    for (let i = 0; i < this.size; i++) {
      let square = 0;
      for (let d = 0; d < this.dim; d++) square += (place[d] - this.centres[i * this.dim + d]) ** 2;
      out[to + i] = square / (2 * variance);
      nearest = Math.min(nearest, out[to + i]);
    }
    let sum = 0;
    for (let i = 0; i < this.size; i++) sum += out[to + i] = Math.exp(nearest - out[to + i]);
    for (let i = 0; i < this.size; i++) out[to + i] /= sum;
  }

  /** Mean centre of the most active cells. */
  decode(outputs, from, place) {
    largest(outputs, from, this.size, this.best.length, this.best);
    for (let d = 0; d < this.dim; d++) {
      place[d] = 0;
      for (const cell of this.best) place[d] += this.centres[cell * this.dim + d] / this.best.length;
    }
  }
}

/** A ring of von Mises tuning curves. */
class HeadingCells {
  constructor(spec) {
    this.circular = true;
    this.dim = 1;
    this.size = spec.number;
    this.preferred = unpack(spec.preferred);
    this.width = spec.width;
    this.best = new Int32Array(spec.decode_from);
  }

  encode(place, out, to) {
    for (let i = 0; i < this.size; i++) out[to + i] = Math.exp((Math.cos(place[0] - this.preferred[i]) - 1) / this.width ** 2);
  }

  /** Circular mean of the most active cells' preferred headings. */
  decode(outputs, from, place) {
    largest(outputs, from, this.size, this.best.length, this.best);
    let [sine, cosine] = [0, 0];
    for (const cell of this.best) {
      sine += Math.sin(this.preferred[cell]);
      cosine += Math.cos(this.preferred[cell]);
    }
    place[0] = Math.atan2(sine, cosine);
  }
}

/** The variable itself is the code. */
class Identity {
  constructor(spec) {
    this.circular = false;
    this.dim = this.size = spec.number;
  }

  encode(place, out, to) {
    for (let d = 0; d < this.dim; d++) out[to + d] = place[d];
  }

  decode(outputs, from, place) {
    for (let d = 0; d < this.dim; d++) place[d] = outputs[from + d];
  }
}
