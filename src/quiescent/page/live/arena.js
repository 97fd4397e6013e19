// The arena from above: behaviour's density, activity of place cells, trails, where the network believes to be, where it is.

const GLOW = 56; // pixels of the activity map, per dimension
const MARGIN = 0.05; // of the box, around it

/** A box of two dimensions. */
class Arena {
  constructor(canvas, world, m) {
    this.stage = new Stage(canvas);
    Object.assign(this, { world, m, member: world.members[m], box: world.members[m].spec.box });
    this.ground = new Layer(this.stage);
    this.flow = makeFlow(this.member.spec, 2);
    this.field = new Layer(this.stage);
    this.glow = new Picture(GLOW, GLOW);
    this.shade = new Picture(96, 96);
    this.nearest = this.member.code.centres && this.weigh();
    this.peak = 0;
  }

  /** For every pixel of the activity map the cells next to it, with weights that fall off with distance. */
  weigh() {
    const { centres, size, spec } = this.member.code;
    const k = Math.min(6, size);
    const numbers = GLOW * GLOW * k;
    const found = { k, cells: new Int32Array(numbers), weights: new Float32Array(numbers), inside: new Float32Array(GLOW * GLOW) };
    const closeness = new Float64Array(size);
    const best = new Int32Array(k);
    for (let p = 0; p < GLOW * GLOW; p++) {
      const [x, y] = this.pixel(p % GLOW, Math.floor(p / GLOW), GLOW, GLOW);
      const beyond = Math.max(...this.box.map(([low, high], d) => Math.max(low - [x, y][d], [x, y][d] - high) / (high - low)));
      found.inside[p] = Math.exp(-((Math.max(0, beyond) / 0.02) ** 2)); // it fades beyond the walls
      for (let i = 0; i < size; i++) closeness[i] = -((centres[2 * i] - x) ** 2 + (centres[2 * i + 1] - y) ** 2);
      largest(closeness, 0, size, k, best);
      const width = 2 * (spec.width / 3) ** 2 - closeness[best[0]];
      const weights = Array.from(best, (cell) => Math.exp(closeness[cell] / width));
      const sum = weights.reduce((a, b) => a + b);
      best.forEach((cell, l) => {
        found.cells[p * k + l] = cell;
        found.weights[p * k + l] = weights[l] / sum;
      });
    }
    return found;
  }

  /** Place in the middle of a pixel of a picture of the box and its margin. */
  pixel(column, row, width, height) {
    const share = [(column + 0.5) / width, 1 - (row + 0.5) / height];
    return this.box.map(([low, high], d) => low + (high - low) * (share[d] * (1 + 2 * MARGIN) - MARGIN));
  }

  layout() {
    const { width, height } = this.stage;
    const [w, h] = this.box.map(([low, high]) => (high - low) * (1 + 2 * MARGIN));
    this.zoom = Math.min(width / w, height / h); // pixels per metre
    this.left = (width - w * this.zoom) / 2;
    this.top = (height - h * this.zoom) / 2;
    [this.w, this.h] = [w * this.zoom, h * this.zoom];
  }

  x(place) {
    return this.left + ((place[0] - this.box[0][0]) / (this.box[0][1] - this.box[0][0]) + MARGIN) * (this.w / (1 + 2 * MARGIN));
  }

  y(place) {
    const share = (place[1] - this.box[1][0]) / (this.box[1][1] - this.box[1][0]);
    return this.top + this.h - (share + MARGIN) * (this.h / (1 + 2 * MARGIN));
  }

  /** Points of the canvas on the way from a place. */
  way(from, move) {
    return [this.spot(from), this.spot(from.map((x, d) => x + move[d]))];
  }

  spot(place) {
    return [this.x(place), this.y(place)];
  }

  /** The place under a point of the canvas, or null outside of the box. */
  placeAt(px, py) {
    const share = [(px - this.left) / this.w, 1 - (py - this.top) / this.h].map((at) => at * (1 + 2 * MARGIN) - MARGIN);
    if (share.some((at) => at < -0.02 || at > 1.02)) return null;
    return this.box.map(([low, high], d) => low + (high - low) * Math.min(Math.max(share[d], 0), 1));
  }

  draw(theme, night, cursor, flowing) {
    this.layout();
    const context = this.stage.begin();
    const colour = theme.member(this.m, night);
    this.ground.draw(`${theme.dark} ${night}`, (layer) => {
      layer.fillStyle = css(theme.ground(night));
      layer.fillRect(this.left, this.top, this.w, this.h);
      this.drawBehaviour(layer, theme, night);
    });
    if (this.nearest) this.drawGlow(context, colour, night);
    this.drawLines(context, theme, night);
    if (flowing) this.field.draw(`${theme.dark} ${night}`, (layer) => drawFlow(layer, this.flow, this, theme.on(night), theme.ground(night)));
    this.drawFrame(context, theme, night);
    drawTrails(context, this.world, this.m, colour, (place) => [[this.x(place), this.y(place)]]);
    this.drawDreamers(context, theme, colour, night);
    const { place } = this.world;
    const start = place && this.member.inside(place); // another member's box may be larger
    if (start) drawCross(context, this.x(start), this.y(start), css(theme.on(night), 0.9), 5);
    if (cursor) drawCross(context, this.x(cursor), this.y(cursor), css(theme.on(night)), 12);
  }

  /** Where behaviour went: painted once for every theme and phase of the night. */
  drawBehaviour(context, theme, night) {
    const density = this.world.records[this.m].awake.reference;
    if (!density) return;
    const key = `${theme.dark} ${night > 0.5}`;
    if (this.shaded !== key) {
      this.shaded = key;
      this.highest ??= density.log.reduce((a, b) => Math.max(a, b));
      const strength = night > 0.5 ? 0.15 : 0.14;
      this.shade.paint(theme.on(night > 0.5 ? 1 : 0), (column, row) => {
        return strength * Math.exp(0.7 * (lookUp(density, this.pixel(column, row, 96, 96)) - this.highest));
      });
    }
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.shade.canvas, this.left, this.top, this.w, this.h);
  }

  /** Activity of the first dreamer's cells. */
  drawGlow(context, colour, night) {
    const { k, cells, weights, inside } = this.nearest;
    const { outputs } = this.member;
    const rounded = colour.map(Math.round);
    const values = (this.values ??= new Float32Array(GLOW * GLOW));
    let peak = 1e-9;
    for (let p = 0, at = 0; p < values.length; p++) {
      let sum = 0;
      for (let l = 0; l < k; l++, at++) sum += weights[at] * outputs[cells[at]];
      values[p] = sum > 0 ? sum : 0;
      if (sum > peak) peak = sum;
    }
    this.peak = this.peak ? this.peak + 0.1 * (peak - this.peak) : peak; // does not flicker
    const strength = night > 0.5 ? 0.62 : 0.5;
    this.glow.paint(rounded, (column, row) => {
      const p = row * GLOW + column;
      return strength * inside[p] * Math.min(1, values[p] / this.peak) ** 0.9;
    });
    context.drawImage(this.glow.canvas, this.left, this.top, this.w, this.h);
  }

  /** The lines of a track. */
  drawLines(context, theme, night) {
    context.lineWidth = 1.2;
    context.strokeStyle = css(theme.on(night), 0.25);
    for (const line of this.member.spec.lines) {
      context.beginPath();
      for (const corner of line) context.lineTo(this.x(corner), this.y(corner));
      context.stroke();
    }
  }

  /** The walls, in the colours that places have in the state space. */
  drawFrame(context, theme, night) {
    const [[left, right], [bottom, top]] = this.box;
    const corners = [[left, bottom], [right, bottom], [right, top], [left, top]];
    context.lineWidth = 2.5;
    corners.forEach((from, side) => {
      const to = corners[(side + 1) % 4];
      const gradient = context.createLinearGradient(this.x(from), this.y(from), this.x(to), this.y(to));
      for (let share = 0; share <= 4; share++) {
        gradient.addColorStop(share / 4, css(placeColour(mix(from, to, share / 4), this.box, false), 0.9));
      }
      context.strokeStyle = gradient;
      context.beginPath();
      context.moveTo(this.x(from), this.y(from));
      context.lineTo(this.x(to), this.y(to));
      context.stroke();
    });
  }

  drawDreamers(context, theme, colour, night) {
    const { member, world } = this;
    const ink = theme.on(night);
    for (let k = world.count - 1; k >= 0; k--) {
      const believed = member.decoded.subarray(2 * k, 2 * k + 2);
      const [x, y] = [this.x(believed), this.y(believed)];
      if (!world.asleep) {
        const truth = member.animals[k].place;
        const [tx, ty] = [this.x(truth), this.y(truth)];
        context.strokeStyle = css(ink, k ? 0.3 : 0.95);
        context.lineWidth = k ? 1 : 1.8;
        context.beginPath();
        context.arc(tx, ty, k ? 3.5 : 7.5, 0, 7);
        context.stroke();
        if (!k) {
          context.lineWidth = 1;
          context.strokeStyle = css(ink, 0.4);
          context.beginPath();
          context.moveTo(tx, ty);
          context.lineTo(x, y);
          context.stroke();
        }
      }
      drawDot(context, x, y, k ? 2.6 : 5, css(colour), k ? null : css(theme.ground(night)));
    }
  }
}
