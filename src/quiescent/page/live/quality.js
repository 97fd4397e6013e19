// How good a code is: read-outs against the codes that a grid of places or headings has, in shape and in amplitude.

const MOST_NODES = 64; // per dimension, but for one beyond each wall

/** Codes of nodes half a tuning width apart. */
class ValidCodes {
  constructor(code, box) {
    this.cells = code.size;
    this.closed = code.circular;
    const axes = box.map(([low, high]) => {
      const spaces = Math.min(MOST_NODES, Math.ceil((2 * (high - low)) / code.width));
      const first = this.closed ? 0 : -1;
      return Array.from({ length: this.closed ? spaces : spaces + 3 }, (_, i) => low + ((high - low) / spaces) * (first + i));
    });
    this.sizes = axes.map((axis) => axis.length);
    const places = axes.length === 1 ? axes[0].map((x) => [x]) : axes[0].flatMap((x) => axes[1].map((y) => [x, y]));
    this.nodes = places.length;
    this.codes = new Float32Array(this.nodes * this.cells); // of length 1
    this.norms = new Float64Array(this.nodes);
    const one = new Float64Array(this.cells);
    places.forEach((place, node) => {
      code.encode(place, one, 0);
      this.norms[node] = Math.sqrt(one.reduce((sum, value) => sum + value * value, 0));
      for (let i = 0; i < this.cells; i++) this.codes[node * this.cells + i] = one[i] / this.norms[node];
    });
  }

  /** Shape distance 1 - max_x cos^2(y, f(x)) of every dreamer's read-out y from all codes f(x), and its amplitude. */
  judge(outputs, count) {
    this.cosines = this.cosines?.length >= count * this.nodes ? this.cosines : new Float64Array(count * this.nodes);
    product(this.codes, this.nodes, this.cells, outputs, this.cosines, count);
    return Array.from({ length: count }, (_, k) => this.judgeOne(outputs, k));
  }

  judgeOne(outputs, k) {
    const cosines = this.cosines.subarray(k * this.nodes, (k + 1) * this.nodes); // times |y|
    let [node, square] = [0, 0];
    for (let n = 1; n < this.nodes; n++) if (cosines[n] > cosines[node]) node = n;
    for (let i = k * this.cells; i < (k + 1) * this.cells; i++) square += outputs[i] * outputs[i];
    const along = Math.max(0, cosines[node] + this.gained(cosines, node));
    const cosine = square > 0 ? Math.min(1, along / Math.sqrt(square)) : 0;
    return { shape: 1 - cosine * cosine, amplitude: along / this.norms[node] };
  }

  /** What a parabola through a node's neighbours gains between nodes, over all dimensions. */
  gained(cosines, node) {
    let [sum, stride] = [0, this.nodes];
    for (const size of this.sizes) {
      stride /= size;
      const at = Math.floor(node / stride) % size;
      if (!this.closed && (at === 0 || at === size - 1)) continue;
      const left = cosines[node + (((at + size - 1) % size) - at) * stride];
      const right = cosines[node + (((at + 1) % size) - at) * stride];
      const curvature = 2 * cosines[node] - left - right;
      if (curvature > 0) sum += (left - right) ** 2 / (8 * curvature);
    }
    return sum;
  }
}
