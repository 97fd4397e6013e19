// The state space: behaviour's hidden states on their principal components, and the live state among them.

const SHADES = 8; // of the colours of places, per dimension
const FINENESS = 0.004; // rad that the view has to turn by before the cloud is drawn anew
const TAIL = 45; // steps of the live state that stay visible

class Space {
  constructor(canvas, world, m) {
    this.stage = new Stage(canvas);
    this.cloud = new Layer(this.stage);
    const member = world.members[m];
    const { cloud } = member.spec;
    Object.assign(this, { world, m, member, yaw: 0.6, pitch: 0.42 });
    this.mean = unpack(cloud.mean);
    this.directions = unpack(cloud.directions);
    this.axes = cloud.directions.shape[0];
    const [number] = cloud.points.shape;
    this.points = new Float32Array(3 * number);
    const points = unpack(cloud.points);
    for (let i = 0; i < number; i++) {
      for (let a = 0; a < this.axes; a++) this.points[3 * i + a] = points[i * this.axes + a];
    }
    const lengths = Array.from({ length: number }, (_, i) => Math.hypot(...this.points.subarray(3 * i, 3 * i + 3)));
    this.extent = lengths.sort((a, b) => a - b)[Math.floor(0.98 * number)] || 1;
    this.group(unpack(cloud.places), number);
    this.tails = [];
    this.clear();
  }

  /** Points of about the same colour are drawn together. */
  group(places, number) {
    const { dim, circular, spec } = this.member;
    const groups = new Map();
    for (let i = 0; i < number; i++) {
      const place = places.subarray(i * dim, (i + 1) * dim);
      const key = spec.box.map(([low, high], d) => Math.floor(((place[d] - low) / (high - low)) * SHADES * (dim === 1 ? 6 : 1))).join();
      if (!groups.has(key)) groups.set(key, { colour: placeColour(place, spec.box, circular), members: [] });
      groups.get(key).members.push(i);
    }
    this.groups = [...groups.values()];
  }

  clear() {
    this.tails = [];
    this.follow();
  }

  /** Note where the live states are. */
  follow() {
    const { units } = this.member.spec;
    const now = [];
    for (let k = 0; k < this.world.count; k++) now.push(this.project(this.member.states, k * units));
    this.tails.unshift(now);
    if (this.tails.length > TAIL) this.tails.pop();
  }

  /** A state on the components. */
  project(states, from) {
    const found = [0, 0, 0];
    const units = this.mean.length;
    for (let a = 0; a < this.axes; a++) {
      for (let j = 0; j < units; j++) found[a] += (states[from + j] - this.mean[j]) * this.directions[a * units + j];
    }
    return found;
  }

  turn(yaw, pitch) {
    this.yaw += yaw;
    this.pitch = Math.min(Math.max(this.pitch + pitch, -1.5), 1.5);
  }

  /** Point of the canvas, and its depth: -1 far to 1 near. The third component points up. */
  see(a, b, c) {
    const { stage, extent } = this;
    const [yaw, pitch] = this.view;
    const [x, y] = [a * Math.cos(yaw) - b * Math.sin(yaw), a * Math.sin(yaw) + b * Math.cos(yaw)];
    const height = c * Math.cos(pitch) - y * Math.sin(pitch);
    const depth = -(c * Math.sin(pitch) + y * Math.cos(pitch)) / extent;
    const zoom = ((0.45 * Math.min(stage.width, stage.height)) / extent) * (1 + 0.12 * depth);
    return [stage.width / 2 + x * zoom, stage.height / 2 - height * zoom, depth];
  }

  draw(theme, night) {
    const context = this.stage.begin();
    const colour = theme.member(this.m, theme.dark ? night : 0);
    this.view = [this.yaw, this.pitch].map((angle) => Math.round(angle / FINENESS) * FINENESS);
    this.cloud.draw(`${theme.dark} ${this.view}`, (layer) => this.drawCloud(layer, theme));
    this.drawAxes(context, theme);
    this.drawTails(context, mix(colour, rgb(theme.curve(this.m, 'asleep')), night), theme);
  }

  drawCloud(context, theme) {
    const size = Math.max(1.3, this.stage.width / 210);
    for (const { colour, members } of this.groups) {
      const layers = [new Path2D(), new Path2D(), new Path2D()];
      for (const i of members) {
        const [x, y, depth] = this.see(this.points[3 * i], this.points[3 * i + 1], this.points[3 * i + 2]);
        const layer = depth < -0.3 ? 0 : depth < 0.3 ? 1 : 2;
        const radius = size * (0.75 + 0.25 * layer);
        layers[layer].moveTo(x + radius, y);
        layers[layer].arc(x, y, radius, 0, 7);
      }
      layers.forEach((path, layer) => {
        context.fillStyle = css(mix(colour, theme.card, 0.45 - 0.2 * layer), 0.8);
        context.fill(path);
      });
    }
  }

  /** A small tripod in the corner. */
  drawAxes(context, theme) {
    const length = 0.22 * this.extent;
    const [ox, oy] = this.see(0, 0, 0);
    const corner = [38, this.stage.height - 30];
    context.strokeStyle = css(theme.soft, 0.7);
    context.fillStyle = css(theme.soft);
    context.font = '10px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineWidth = 1;
    for (let axis = 0; axis < this.axes; axis++) {
      const ends = [0, 0, 0];
      ends[axis] = length;
      const [x, y] = this.see(...ends);
      const [dx, dy] = [x - ox, y - oy];
      context.beginPath();
      context.moveTo(...corner);
      context.lineTo(corner[0] + dx * 0.7, corner[1] + dy * 0.7);
      context.stroke();
      if (Math.hypot(dx, dy) > 6) context.fillText(axis + 1, corner[0] + dx, corner[1] + dy);
    }
  }

  drawTails(context, colour, theme) {
    for (let k = this.world.count - 1; k >= 0; k--) {
      const points = this.tails.filter((row) => row[k]).map((row) => this.see(...row[k]));
      if (k === 0) {
        context.lineWidth = 2;
        for (let age = 1; age < points.length; age++) {
          context.strokeStyle = css(mix(theme.ink, colour, 0.6), (1 - age / TAIL) ** 1.3);
          context.beginPath();
          context.moveTo(points[age - 1][0], points[age - 1][1]);
          context.lineTo(points[age][0], points[age][1]);
          context.stroke();
        }
      }
      drawDot(context, points[0][0], points[0][1], k ? 2.8 : 6, css(mix(theme.ink, colour, k ? 0.75 : 0.85)), k ? null : css(theme.card));
    }
  }
}
