// Behaviour: an animal that moves, and what its network is told of that. `place` is where it is.

/** One animal of a member's task; `random` moves it. */
function makeAnimal(spec, box, random) {
  const kinds = { walk: Walker, turns: Turner, recorded: Recorded };
  return new kinds[spec.kind](spec, box, random);
}

/** A foraging walk in a box about the origin. */
class Walker {
  constructor(spec, box, random) {
    Object.assign(this, { spec, box, random, place: [0, 0], direction: [1, 0] });
  }

  /** Go to a place; without one to where a trial of the task begins. */
  begin(place) {
    const angle = 2 * Math.PI * this.random.uniform();
    this.direction = [Math.cos(angle), Math.sin(angle)];
    if (place) this.place = [...place];
    else {
      const spread = this.spec.init_pos === 'uniform' ? 1 : 0;
      this.place = this.box.map(([, high]) => spread * high * (2 * this.random.uniform() - 1));
      this.next([0, 0]); // the first step only warms up
    }
  }

  /** Take a step; `input` becomes what the network is told of it. */
  next(input) {
    const { speed_scale: scale, dt, turn_mean: mean, turn_std: std } = this.spec;
    const length = scale * dt * Math.sqrt(-2 * Math.log(1 - this.random.uniform()));
    this.move(length, (mean + std * this.random.normal()) * dt, input);
  }

  /** A step of a length, then a turn. Near a wall that it faces, an animal slows down and swerves to go along it. */
  move(length, turn, input) {
    const { border_region: region, border_slow_factor: slow, biased, drift_const: drift, anchor_point: anchor } = this.spec;
    const [x, y] = this.place;
    let [dx, dy] = this.direction;
    const depth = [Math.abs(x) - (this.box[0][1] - region), Math.abs(y) - (this.box[1][1] - region)];
    const facesX = Math.min(depth[0], x * dx, depth[0] - depth[1]) > 0;
    const facesY = Math.min(depth[1], y * dy, depth[1] - depth[0]) > 0;
    const own = facesX || facesY ? slow * length : length;
    input[0] = dx * own + (biased ? drift * (anchor[0] - x) : 0);
    input[1] = dy * own + (biased ? drift * (anchor[1] - y) : 0);
    this.place = [x + input[0], y + input[1]];
    if (facesX) [dx, dy] = [0, dy < 0 ? -1 : 1];
    else if (facesY) [dx, dy] = [dx < 0 ? -1 : 1, 0];
    const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
    this.direction = [dx * cosine - dy * sine, dx * sine + dy * cosine];
  }
}

/** Independent random turns of the head. */
class Turner {
  constructor(spec, box, random) {
    Object.assign(this, { spec, random, place: [0] });
  }

  begin(place) {
    if (place) this.place = [...place];
    else this.place = [this.spec.init_hd === 'uniform' ? Math.PI * (2 * this.random.uniform() - 1) : 0];
  }

  next(input) {
    const turn = this.spec.turn_mean + this.spec.turn_std * this.random.normal();
    input[0] = this.spec.dt * (this.spec.biased ? Math.abs(turn) : turn);
    this.place = [wrap(this.place[0] + input[0])];
  }
}

/** Recorded trials, one after the other: where one ends, the nearest moment of some others goes on. */
class Recorded {
  constructor(spec, box, random) {
    spec.numbers ??= unpack(spec.paths); // of all animals
    [this.length, this.trials, this.dim] = spec.paths.shape;
    Object.assign(this, { paths: spec.numbers, random, place: [], trial: 0, time: 0 });
  }

  begin(place) {
    this.trial = Math.floor(this.trials * this.random.uniform());
    this.time = 0;
    if (place) this.join(place);
    this.place = this.at(this.trial, this.time);
  }

  next(input) {
    if (this.time + 1 === this.length) this.join(this.place);
    const place = this.at(this.trial, ++this.time);
    for (let d = 0; d < this.dim; d++) input[d] = place[d] - this.place[d];
    this.place = place;
  }

  at(trial, time) {
    const from = (time * this.trials + trial) * this.dim;
    return Array.from(this.paths.subarray(from, from + this.dim));
  }

  /** The moment nearest to a place, of half of the trials, so that behaviour does not go in circles. */
  join(place) {
    let nearest = Infinity;
    const sure = Math.floor(this.trials * this.random.uniform());
    for (let trial = 0; trial < this.trials; trial++) {
      if (trial !== sure && this.random.uniform() < 0.5) continue;
      for (let time = 0; time + 1 < this.length; time++) {
        const there = this.at(trial, time);
        const square = there.reduce((sum, x, d) => sum + (x - place[d]) ** 2, 0);
        if (square < nearest) [nearest, this.trial, this.time] = [square, trial, time];
      }
    }
  }
}
