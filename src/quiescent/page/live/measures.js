// Live measures of one member: displacement, coverage, and the divergence of its density from that of behaviour.

const LAGS = [...new Set(Array.from({ length: 40 }, (_, i) => Math.round(4096 ** (i / 39))))]; // steps
const BINS = 20; // of coverage, per dimension
const CLIP = Math.log(1e7); // of the log ratio of densities
const LEAST_POINTS = 100; // fewer say nothing about a density
const MOST_POINTS = 200000; // kept; beyond, every other one
const [PLANE, LINE, CIRCLE] = [128, 512, 2048]; // nodes of densities' grids, per dimension

/** What is recorded of decoded places, from `clear` on. */
class Recorder {
  constructor(member) {
    this.box = member.spec.box;
    this.dim = member.dim;
    this.circular = member.circular;
    this.valid = member.valid;
    this.area = unpack(member.spec.behaviour.area);
    this.size = this.area.reduce((sum, inside) => sum + inside, 0);
    const density = member.spec.behaviour.density;
    this.reference = density && { ...density, log: unpack(density.log), shape: density.log.shape };
    this.clear(0);
  }

  clear(count) {
    this.count = count;
    this.steps = 0;
    this.length = LAGS[LAGS.length - 1] + 1;
    this.ring = new Float64Array(this.length * count * this.dim); // the last steps, headings as running totals
    this.sums = new Float64Array(LAGS.length);
    this.visited = new Uint8Array(count * this.area.length);
    this.found = 0;
    this.curve = { time: [], coverage: [], kl: [], klTime: [], shape: [], amplitude: [] };
    this.points = new Float32Array(1024 * this.dim);
    this.number = 0;
    this.every = 1;
  }

  /** Record one step of all dreamers. */
  add(decoded) {
    const { count, dim, length } = this;
    const now = (this.steps % length) * count * dim;
    const before = ((this.steps + length - 1) % length) * count * dim;
    for (let i = 0; i < count * dim; i++) {
      const last = this.ring[before + i];
      this.ring[now + i] = this.circular && this.steps ? last + wrap(decoded[i] - last) : decoded[i];
    }
    for (let l = 0; l < LAGS.length && LAGS[l] <= this.steps; l++) {
      const then = ((this.steps - LAGS[l]) % length) * count * dim;
      for (let i = 0; i < count * dim; i++) this.sums[l] += (this.ring[now + i] - this.ring[then + i]) ** 2;
    }
    for (let k = 0; k < count; k++) this.visit(decoded, k);
    if (this.steps % this.every === 0) this.keep(decoded);
    this.steps++;
    const { time, coverage } = this.curve;
    if (!time.length || this.steps >= Math.max(time[time.length - 1] + 1, time[time.length - 1] * 1.05)) {
      time.push(this.steps);
      coverage.push(this.coverage());
    }
  }

  /** Judge the codes that dreamers read out, whenever coverage was noted: it costs as much as simulating some steps. */
  judge(outputs) {
    const { time, shape, amplitude } = this.curve;
    if (!this.valid || time[time.length - 1] !== this.steps) return;
    const judged = this.valid.judge(outputs, this.count);
    shape.push(judged.reduce((sum, one) => sum + one.shape, 0) / this.count);
    amplitude.push(judged.reduce((sum, one) => sum + one.amplitude, 0) / this.count);
  }

  visit(decoded, k) {
    let bin = 0;
    for (let d = 0; d < this.dim; d++) {
      const [low, high] = this.box[d];
      const at = Math.floor(((decoded[k * this.dim + d] - low) / (high - low)) * BINS);
      if (at < 0 || at >= BINS) return;
      bin = bin * BINS + at;
    }
    const flag = k * this.area.length + bin;
    if (this.area[bin] && !this.visited[flag]) {
      this.visited[flag] = 1;
      this.found++;
    }
  }

  keep(decoded) {
    const { dim, count } = this;
    if ((this.number + count) * dim > this.points.length) {
      const larger = new Float32Array(2 * this.points.length + count * dim);
      larger.set(this.points);
      this.points = larger;
    }
    this.points.set(decoded.subarray(0, count * dim), this.number * dim);
    this.number += count;
    if (this.number >= MOST_POINTS) {
      this.every *= 2;
      const rows = this.number / count;
      let kept = 0;
      for (let row = 0; row < rows; row += 2, kept++) {
        this.points.copyWithin(kept * count * dim, row * count * dim, (row + 1) * count * dim);
      }
      this.number = kept * count;
    }
  }

  /** Mean squared displacement at every lag so far (m^2, rad^2). */
  displacement() {
    const there = LAGS.filter((lag) => lag <= this.steps / 2);
    return { lags: there, msd: there.map((lag, l) => this.sums[l] / ((this.steps - lag) * this.count)) };
  }

  /** Share of behaviour's area that a path has reached, as a mean over dreamers. */
  coverage() {
    return this.found / (this.count * Math.max(1, this.size));
  }

  /** KL divergence of all that was recorded from behaviour (nats); null with too few points, or without spread. */
  kl() {
    if (!this.reference || this.number < LEAST_POINTS) return null;
    const points = this.points.subarray(0, this.number * this.dim);
    return this.circular ? circleKl(points, this.reference) : planeKl(points, this.dim, this.reference);
  }
}

/** Covariance of points as [xx, xy, yy]; of points on a line yy is 0. */
function covariance(points, dim) {
  const n = points.length / dim;
  const mean = [0, 0];
  for (let i = 0; i < points.length; i++) mean[i % dim] += points[i] / n;
  const found = [0, 0, 0];
  for (let i = 0; i < points.length; i += dim) {
    const x = points[i] - mean[0];
    const y = dim === 2 ? points[i + 1] - mean[1] : 0;
    found[0] += x * x;
    found[1] += x * y;
    found[2] += y * y;
  }
  return found.map((sum) => sum / (n - 1));
}

/** KL of a Gaussian kernel density with Scott's bandwidth, summed over the nodes of a grid around the points. */
function planeKl(points, dim, reference) {
  const n = points.length / dim;
  const [xx, xy, yy] = covariance(points, dim).map((value) => value * n ** (-2 / (dim + 4)));
  const trace = xx + yy;
  if (!(dim === 1 ? xx > 0 : xx * yy - xy * xy > 1e-10 * trace * trace)) return null;
  const size = dim === 1 ? [LINE, 1] : [PLANE, PLANE];
  const grid = [xx, yy].slice(0, dim).map((variance, d) => {
    const reach = 5 * Math.sqrt(variance);
    let [low, high] = [Infinity, -Infinity];
    for (let i = d; i < points.length; i += dim) [low, high] = [Math.min(low, points[i]), Math.max(high, points[i])];
    return { low: low - reach, space: (high - low + 2 * reach) / size[d] };
  });
  const counts = shareOut(points, dim, grid, size);
  const waves = grid.map(({ space }, d) => (2 * Math.PI) / (size[d] * space));
  // Sharing out among nodes has already smoothed by a triangle of variance space^2 / 6.
  const [sx, sy] = [xx, yy].map((variance, d) => Math.max(0, variance - (d < dim ? grid[d].space ** 2 / 6 : 0)));
  smooth(counts, ...size, (kx, ky) => {
    const [u, v] = [kx * waves[0], dim === 2 ? ky * waves[1] : 0];
    return Math.exp(-0.5 * (sx * u * u + 2 * xy * u * v + sy * v * v));
  });
  const volume = grid.reduce((product, { space }) => product * space, 1);
  return divergence(counts, n, volume, (index) => {
    const at = [Math.floor(index / size[1]), index % size[1]];
    return lookUp(reference, grid.map(({ low, space }, d) => low + at[d] * space));
  });
}

/** Counts on grid nodes; every point is shared linearly among the nodes around it. */
function shareOut(points, dim, grid, size) {
  const counts = new Float64Array(size[0] * size[1]);
  for (let i = 0; i < points.length; i += dim) {
    const x = (points[i] - grid[0].low) / grid[0].space;
    const left = Math.floor(x);
    const y = dim === 2 ? (points[i + 1] - grid[1].low) / grid[1].space : 0;
    const below = Math.floor(y);
    const node = left * size[1] + below;
    counts[node] += (left + 1 - x) * (below + 1 - y);
    counts[node + size[1]] += (x - left) * (below + 1 - y);
    if (dim === 1) continue;
    counts[node + 1] += (left + 1 - x) * (y - below);
    counts[node + size[1] + 1] += (x - left) * (y - below);
  }
  return counts;
}

/** The same for headings, with wrapped Gaussian kernels. */
function circleKl(points, reference) {
  const n = points.length;
  const space = (2 * Math.PI) / CIRCLE;
  const counts = new Float64Array(CIRCLE);
  let [sine, cosine] = [0, 0];
  for (const angle of points) {
    sine += Math.sin(angle) / n;
    cosine += Math.cos(angle) / n;
    const at = (wrap(angle) + Math.PI) / space;
    const node = Math.floor(at);
    counts[node % CIRCLE] += node + 1 - at;
    counts[(node + 1) % CIRCLE] += at - node;
  }
  const resultant = Math.max(Math.hypot(sine, cosine), 1e-300);
  const spread = Math.min(Math.sqrt(Math.max(-2 * Math.log(resultant), 0)), Math.PI / Math.sqrt(3));
  const bandwidth = Math.max(spread, 1e-6) * n ** -0.2;
  const variance = Math.max(0, bandwidth ** 2 - space ** 2 / 6);
  smooth(counts, CIRCLE, 1, (k) => Math.exp(-0.5 * variance * k * k));
  const { log } = reference;
  return divergence(counts, n, space, (index) => {
    const at = (index / CIRCLE) * log.length;
    const node = Math.floor(at);
    return log[node] + (at - node) * (log[(node + 1) % log.length] - log[node]);
  });
}

/** Sum of p log(p / q) over nodes of a volume, p from smoothed counts of n points. */
function divergence(counts, n, volume, logReference) {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const share = counts[i] / n;
    if (share < 1e-12) continue;
    const ratio = Math.log(share / volume) - logReference(i);
    sum += share * Math.min(Math.max(ratio, -CLIP), CLIP);
  }
  return sum;
}

/** Behaviour's log density at a place, linearly between nodes; beyond the grid there is none. */
function lookUp({ log, low, high, shape }, place) {
  const [node, rest] = [[0, 0], [0, 0]];
  for (let d = 0; d < place.length; d++) {
    const at = ((place[d] - low[d]) / (high[d] - low[d])) * (shape[d] - 1);
    if (!(at >= 0 && at < shape[d] - 1)) return -100;
    node[d] = Math.floor(at);
    rest[d] = at - node[d];
  }
  const across = place.length === 2 ? shape[1] : 1;
  const a = node[0] * across + node[1];
  const near = log[a] + rest[0] * (log[a + across] - log[a]);
  if (place.length === 1) return near;
  const far = log[a + 1] + rest[0] * (log[a + across + 1] - log[a + 1]);
  return near + rest[1] * (far - near);
}
