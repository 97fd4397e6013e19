// All that goes on in the page, without what it looks like.

const TRAIL = 90; // steps that stay visible
const MOST_ROWS = 300000; // of the log, over all members

/** The members, awake or asleep together; and what is recorded of them. */
class World {
  constructor(specs) {
    this.members = specs.map((spec) => new Member(spec));
    this.records = this.members.map((member) => ({ awake: new Recorder(member), asleep: new Recorder(member) }));
    this.trails = this.members.map((member) => new Float32Array(TRAIL * MOST * member.dim));
    Object.assign(this, { asleep: false, count: 1, seed: 1, place: null, noise: null, rest: { ...NEUTRAL, matched: false } });
    this.reset();
  }

  /** Recorded in the present phase, one per member. */
  get recording() {
    return this.records.map((record) => (this.asleep ? record.asleep : record.awake));
  }

  /** Multiples of the task's noise for a member: what the user chose, or by the rule of the paper. */
  chosen(member) {
    return this.noise ?? member.ownLevel(this.asleep);
  }

  /** Multiples that it has now: noise that is matched to friction keeps a dream about as warm as without momentum. */
  level(member) {
    const { matched, friction } = this.rest;
    return this.chosen(member) * (this.asleep && matched ? Math.sqrt(friction) : 1);
  }

  /** Begin anew, with the same seed to the same end. */
  reset() {
    this.time = 0; // steps
    this.log = [];
    this.rows = 0;
    this.members.forEach((member) => member.reset(this.count, this.seed, this.place));
    this.forget();
    this.records.forEach((record) => [record.awake, record.asleep].forEach((one) => one.clear(this.count)));
  }

  /** Trails begin here. */
  forget() {
    this.drawn = 0; // steps of the trails
    this.trace();
  }

  /** Cut the input, or give it back: then animals go on from where the dreamers believe to be. */
  sleep(asleep) {
    if (asleep === this.asleep) return;
    this.asleep = asleep;
    this.members.forEach((member) => (asleep ? member.sleep() : member.wake()));
    this.record();
  }

  /** Records of the present phase begin anew. */
  record() {
    this.recording.forEach((one) => one.clear(this.count));
  }

  setNoise(level) {
    this.noise = level;
    this.record(); // of one level of noise only
  }

  /** Change something that acts at rest only. */
  setRest(changes) {
    Object.assign(this.rest, changes);
    this.records.forEach(({ asleep }) => asleep.clear(this.count));
  }

  setCount(count) {
    this.count = Math.min(Math.max(Math.round(count), 1), MOST);
    this.members.forEach((member) => member.resize(this.count, this.place));
    this.forget();
    this.records.forEach((record) => [record.awake, record.asleep].forEach((one) => one.clear(this.count)));
  }

  setSeed(seed) {
    this.seed = seed;
    this.reset();
  }

  /** Let all begin at a place, or null: where the task's trials begin. */
  setPlace(place) {
    this.place = place;
    this.reset();
  }

  /** One time step of everything. */
  step() {
    this.time++;
    this.members.forEach((member, m) => {
      member.step(this.asleep, this.level(member), this.rest);
      this.recording[m].add(member.decoded);
      this.recording[m].judge(member.outputs);
      const truth = this.asleep ? null : member.animals.slice(0, this.count).flatMap((animal) => animal.place);
      this.log.push({ m, time: this.time, level: this.level(member), rest: { ...this.rest }, decoded: this.decoded(member), truth });
      this.rows += this.count;
    });
    while (this.rows > MOST_ROWS) {
      const oldest = this.log.splice(0, Math.ceil(this.log.length / 10));
      this.rows -= oldest.reduce((sum, { m, decoded }) => sum + decoded.length / this.members[m].dim, 0);
    }
    this.trace();
  }

  decoded(member) {
    return member.decoded.slice(0, this.count * member.dim);
  }

  trace() {
    const row = this.drawn % TRAIL;
    this.members.forEach((member, m) => this.trails[m].set(member.decoded, row * MOST * member.dim));
    this.drawn++;
  }

  /** Call `visit(place, age)` for the trail of one dreamer, the newest first; age is 0 to 1. */
  trail(m, k, visit) {
    const { dim } = this.members[m];
    for (let age = 0; age < Math.min(this.drawn, TRAIL); age++) {
      const from = (((this.drawn - 1 - age) % TRAIL) * MOST + k) * dim;
      visit(this.trails[m].subarray(from, from + dim), age / TRAIL);
    }
  }
}
