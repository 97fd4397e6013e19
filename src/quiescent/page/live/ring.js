// Headings on a ring, and places on a line: what is newest is outermost, or lowest.

const ASIDE = -0.25; // depth at which flow is drawn

/** Shared by both: `at(place, depth)` is a point of the canvas, depth 0 on the line, 1 the oldest, below 0 beyond it. */
class Curve {
  constructor(canvas, world, m) {
    this.stage = new Stage(canvas);
    Object.assign(this, { world, m, member: world.members[m], box: world.members[m].spec.box });
    this.flow = makeFlow(this.member.spec, 1);
    this.peak = 0;
  }

  /** Points of the canvas on the way from a place, beside the line. */
  way(from, move) {
    return Array.from({ length: 9 }, (_, i) => this.at([from[0] + (move[0] * i) / 8], ASIDE));
  }

  spot(place) {
    return this.at(place, ASIDE);
  }

  draw(theme, night, cursor, flowing) {
    this.layout();
    const context = this.stage.begin();
    const { world, member } = this;
    const colour = theme.member(this.m, night);
    this.drawGround(context, css(theme.ground(night)));
    this.drawHill(context, this.behaviour(), css(theme.on(night), 0.16));
    this.drawHill(context, this.activity(), css(colour, 0.55));
    this.drawLine(context);
    if (flowing) drawFlow(context, this.flow, this, theme.on(night), theme.ground(night));
    drawTrails(context, world, this.m, colour, (place, age, before) => this.path(place, age, before));
    for (let k = world.count - 1; k >= 0; k--) {
      if (!world.asleep) this.drawTruth(context, member.animals[k].place, css(theme.on(night), k ? 0.25 : 0.9), k);
      const [x, y] = this.at(member.decoded.subarray(k, k + 1), 0);
      drawDot(context, x, y, k ? 3 : 6, css(colour), k ? null : css(theme.ground(night)));
    }
    const start = world.place && member.inside(world.place); // another member's line may be longer
    for (const [place, size] of [[start, 5], [cursor, 12]]) {
      if (place) drawCross(context, ...this.at(place, 0), css(theme.on(night)), size);
    }
  }

  /** Heights of a hill, 0 to 1: [place, height] along the line. */
  behaviour() {
    if (this.hill) return this.hill;
    const density = this.world.records[this.m].awake.reference;
    if (!density) return [];
    const highest = density.log.reduce((a, b) => Math.max(a, b));
    const [low, high] = this.box[0];
    this.hill = Array.from({ length: 121 }, (_, i) => {
      const place = low + ((high - low) * i) / 120;
      return [place, Math.exp(this.log(density, place) - highest)];
    });
    return this.hill;
  }

  /** Activity of the first dreamer's cells. */
  activity() {
    const { outputs, code } = this.member;
    const cells = code.preferred ?? code.centres;
    if (!cells) return [];
    this.order ??= Array.from(cells.keys()).sort((a, b) => cells[a] - cells[b]);
    const peak = Math.max(1e-9, this.order.reduce((most, cell) => Math.max(most, outputs[cell]), 0));
    this.peak = this.peak ? this.peak + 0.1 * (peak - this.peak) : peak;
    return this.order.map((cell) => [cells[cell], Math.min(1.15, Math.max(0, outputs[cell] / this.peak))]);
  }

  drawHill(context, hill, fill) {
    if (!hill.length) return;
    context.beginPath();
    for (const [place, height] of hill) context.lineTo(...this.at([place], -height));
    this.closeHill(context, hill);
    context.fillStyle = fill;
    context.fill('evenodd');
  }
}

/** A ring for headings; zero is to the right, and angles grow counter-clockwise. */
class Ring extends Curve {
  layout() {
    const { width, height } = this.stage;
    this.middle = [width / 2, height / 2];
    this.radius = 0.36 * Math.min(width, height);
  }

  at([angle], depth) {
    const radius = this.radius * (depth > 0 ? 1 - 0.85 * depth : 1 - 0.3 * depth);
    return [this.middle[0] + radius * Math.cos(angle), this.middle[1] - radius * Math.sin(angle)];
  }

  /** From an earlier heading the short way round, in arcs. */
  path([angle], age, before) {
    const turn = before ? wrap(angle - before[0]) : 0;
    const pieces = Math.ceil(Math.abs(turn) / 0.15) || 1;
    return Array.from({ length: pieces }, (_, i) => this.at([angle - turn * (1 - (i + 1) / pieces)], age));
  }

  log({ log }, angle) {
    return log[Math.round(((angle + Math.PI) / (2 * Math.PI)) * log.length) % log.length];
  }

  placeAt(x, y) {
    const [dx, dy] = [x - this.middle[0], this.middle[1] - y];
    return Math.hypot(dx, dy) > 0.1 * this.radius ? [Math.atan2(dy, dx)] : null;
  }

  drawGround(context, fill) {
    context.fillStyle = fill;
    context.beginPath();
    context.arc(...this.middle, this.radius * 1.36, 0, 7);
    context.fill();
  }

  closeHill(context) {
    context.closePath();
    context.moveTo(this.middle[0] + this.radius, this.middle[1]);
    context.arc(...this.middle, this.radius, 0, 2 * Math.PI);
  }

  drawLine(context) {
    context.lineWidth = 3;
    for (let i = 0; i < 90; i++) {
      const [from, to] = [(i / 90) * 2 * Math.PI, ((i + 1.2) / 90) * 2 * Math.PI];
      context.strokeStyle = css(placeColour([wrap(from)], this.box, true), 0.9);
      context.beginPath();
      context.arc(...this.middle, this.radius, -to, -from);
      context.stroke();
    }
  }

  /** A needle from the middle. */
  drawTruth(context, place, colour, k) {
    const [x, y] = this.at(place, 0);
    context.strokeStyle = colour;
    context.lineWidth = k ? 1 : 1.8;
    context.beginPath();
    if (!k) context.moveTo(...this.middle);
    if (!k) context.lineTo(x, y);
    context.moveTo(x + (k ? 4 : 9), y);
    context.arc(x, y, k ? 4 : 9, 0, 7);
    context.stroke();
  }
}

/** A line for places of one dimension, with time going up. */
class Line extends Curve {
  layout() {
    const { width, height } = this.stage;
    [this.left, this.right] = [0.06 * width, 0.94 * width];
    [this.level, this.rise] = [0.78 * height, 0.7 * height];
  }

  at([place], depth) {
    const [low, high] = this.box[0];
    const x = this.left + ((place - low) / (high - low)) * (this.right - this.left);
    return [x, this.level - depth * (depth > 0 ? this.rise : 0.2 * this.rise)];
  }

  path(place, age) {
    return [this.at(place, age)];
  }

  log(density, place) {
    return lookUp(density, [place]);
  }

  placeAt(x) {
    const [low, high] = this.box[0];
    const share = (x - this.left) / (this.right - this.left);
    return share < -0.02 || share > 1.02 ? null : [low + (high - low) * Math.min(Math.max(share, 0), 1)];
  }

  drawGround(context, fill) {
    context.fillStyle = fill;
    context.fillRect(0, 0, this.stage.width, this.stage.height);
  }

  closeHill(context, hill) {
    context.lineTo(...this.at([hill[hill.length - 1][0]], 0));
    context.lineTo(...this.at([hill[0][0]], 0));
  }

  drawLine(context) {
    const gradient = context.createLinearGradient(this.left, 0, this.right, 0);
    const [low, high] = this.box[0];
    for (let i = 0; i <= 4; i++) gradient.addColorStop(i / 4, css(placeColour([low + ((high - low) * i) / 4], this.box, false)));
    context.strokeStyle = gradient;
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(...this.at([low], 0));
    context.lineTo(...this.at([high], 0));
    context.stroke();
  }

  drawTruth(context, place, colour, k) {
    const [x, y] = this.at(place, 0);
    context.strokeStyle = colour;
    context.lineWidth = k ? 1 : 1.8;
    context.beginPath();
    context.arc(x, y, k ? 4 : 9, 0, 7);
    context.stroke();
  }
}
