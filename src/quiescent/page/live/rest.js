// What acts at rest besides noise: adaptation and momentum. Arrays hold one row per dreamer.

const NEUTRAL = { adaptation: 0, tau: 100, friction: 1 }; // with these a network rests as it would without any of it

/** What dreamers carry along: how adapted their units are, and the states before the present ones. */
class History {
  constructor(units, most) {
    this.units = units;
    this.adapted = new Float32Array(most * units);
    this.before = new Float32Array(most * units);
    this.now = new Float32Array(most * units);
    this.fresh = true; // no unit is adapted
  }

  /** Dreamers `from` up to `to` fall asleep: not adapted, and at rest. */
  begin(states, from, to) {
    const [first, last] = [from * this.units, to * this.units];
    this.adapted.fill(0, first, last);
    this.fresh = !this.adapted.some((value) => value);
    this.before.set(states.subarray(first, last), first);
  }

  /**
   * One step at rest: r <- F(r, drive - a) + noise + (1 - friction) (r - r before), a <- a + (adaptation r - a) / tau.
   * With neutral settings it is the network's own step.
   */
  step(network, states, inputs, noise, count, { adaptation, tau, friction }) {
    const { adapted, before, now } = this;
    const size = count * this.units;
    now.set(states.subarray(0, size));
    network.step(states, inputs, noise, count, this.fresh ? null : adapted);
    const kept = 1 - friction;
    if (kept) for (let i = 0; i < size; i++) states[i] += kept * (now[i] - before[i]);
    if (adaptation || !this.fresh) {
      this.fresh = false;
      for (let i = 0; i < size; i++) adapted[i] += (adaptation * now[i] - adapted[i]) / tau;
    }
    [this.before, this.now] = [now, before];
  }
}
