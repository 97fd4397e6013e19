// The page: frames, pointers, and what tests and curious readers may call.

const STILL = window.matchMedia('(prefers-reduced-motion: reduce)');
const PATIENCE = 13; // ms of a frame that simulation may take

class Page {
  constructor({ members, variable }) {
    this.world = new World(members);
    this.theme = new Theme();
    this.paused = STILL.matches;
    Object.assign(this, { variable, speed: 64, night: 0, owed: 0, dirty: true, turning: !STILL.matches, flowing: false, cursors: [] });
    this.spent = { frames: [], step: 0, draw: 0 };
    const canvases = (name) => [...document.querySelectorAll(`canvas.${name}`)];
    const kind = this.world.members[0].circular ? Ring : this.world.members[0].dim === 1 ? Line : Arena;
    this.arenas = canvases('arena').map((canvas, m) => new kind(canvas, this.world, m));
    this.spaces = canvases('space').map((canvas, m) => new Space(canvas, this.world, m));
    this.plots = new Plots(this.world, this.theme);
    this.setCount(members.length > 2 ? 6 : 10);
    this.controls = new Controls(this);
    this.arenas.forEach((arena, m) => this.bindArena(arena, m));
    this.spaces.forEach((space) => this.bindSpace(space));
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.restyle());
    this.plots.refresh();
    this.tint();
    this.tell();
    requestAnimationFrame((now) => this.frame(now));
  }

  // What the controls do.

  sleep(asleep) {
    this.world.sleep(asleep);
    this.refreshed = 0;
  }

  pause(paused) {
    this.paused = paused;
  }

  stepOnce() {
    this.paused = true;
    this.advance(1);
    this.plots.refresh();
  }

  reset() {
    this.world.reset();
    this.begin();
  }

  setCount(count) {
    this.world.setCount(count);
    this.begin();
  }

  setSeed(seed) {
    this.world.setSeed(seed);
    this.begin();
  }

  setPlace(place) {
    this.world.setPlace(place);
    this.begin();
  }

  setRest(changes) {
    this.world.setRest(changes);
    this.refreshed = 0;
  }

  /** Show or hide flow and slow points. */
  show(flowing) {
    this.flowing = flowing;
    this.arenas.forEach(({ flow }, m) => {
      const note = document.querySelectorAll('.flow')[m];
      note.hidden = !flowing;
      note.textContent = flowWords(flow);
    });
  }

  begin() {
    this.spaces.forEach((space) => space.clear());
    this.dirty = true;
  }

  turnTheme() {
    document.documentElement.dataset.theme = this.theme.dark ? 'light' : 'dark';
    this.restyle();
  }

  restyle() {
    this.theme.read();
    this.plots.restyle();
    this.tint();
    this.dirty = true;
  }

  /** The legend's colours. */
  tint() {
    for (const key of document.querySelectorAll('.key')) {
      for (const phase of ['awake', 'asleep']) key.style.setProperty(`--${phase}`, this.theme.curve(Number(key.dataset.member), phase));
    }
  }

  // Time.

  /** So many steps at once. */
  advance(steps) {
    for (let i = 0; i < steps; i++) {
      this.world.step();
      this.spaces.forEach((space) => space.follow());
    }
    this.dirty = true;
  }

  frame(now) {
    const passed = Math.min(now - (this.last ?? now), 100) / 1000;
    this.last = now;
    if (!this.paused) this.run(passed);
    this.dusk(passed);
    if (this.turning && !this.paused) this.spaces.forEach((space) => space.turn(0.12 * passed, 0));
    const moving = !this.paused || this.night !== Number(this.world.asleep);
    const resized = [...this.arenas, ...this.spaces].some(({ stage }) => stage.changed);
    if (moving || this.dirty || resized) this.draw();
    if (!this.paused && now - (this.refreshed ?? 0) > 400) {
      this.plots.refresh();
      this.refreshed = now;
      this.tell();
    }
    this.count(now);
    requestAnimationFrame((next) => this.frame(next));
  }

  /** As many steps as time has passed for, and as there is time for. */
  run(passed) {
    this.owed = Math.min(this.owed + passed * this.speed, 64);
    const began = performance.now();
    let steps = 0;
    while (this.owed >= 1 && (!steps || performance.now() - began < PATIENCE)) {
      this.advance(1);
      this.owed--;
      steps++;
    }
    if (this.owed >= 1) this.owed %= 1; // time that could not be kept up with is dropped
    if (steps) this.spent.step += 0.05 * ((performance.now() - began) / steps - this.spent.step);
  }

  /** Night falls, or day breaks. */
  dusk(passed) {
    const towards = Number(this.world.asleep);
    const pace = STILL.matches ? 1 : passed / 0.7;
    this.night += Math.min(Math.max(towards - this.night, -pace), pace);
  }

  draw() {
    const began = performance.now();
    this.dirty = false;
    const night = this.night * this.night * (3 - 2 * this.night);
    this.arenas.forEach((arena, m) => arena.draw(this.theme, night, this.cursors[m], this.flowing));
    this.spaces.forEach((space) => space.draw(this.theme, night));
    this.spent.draw += 0.05 * (performance.now() - began - this.spent.draw);
  }

  /** Frames per second, over the last second. */
  count(now) {
    const { frames } = this.spent;
    frames.push(now);
    while (frames[0] < now - 1000) frames.shift();
    if (now - (this.counted ?? 0) < 500 || frames.length < 2) return;
    this.counted = now;
    this.rate = (1000 * (frames.length - 1)) / (frames[frames.length - 1] - frames[0]);
    document.getElementById('rate').textContent = `${Math.round(this.rate)} fps`;
    document.getElementById('cost').textContent = `${this.spent.step.toFixed(1)} ms a step, ${this.spent.draw.toFixed(1)} ms to draw`;
  }

  /** Where every network is, in words. */
  tell() {
    const { world } = this;
    world.members.forEach((member, m) => {
      const time = `${(world.recording[m].steps * member.spec.dt).toFixed(1)} s`;
      const error = member.circular ? `${Math.round((member.error() * 180) / Math.PI)}°` : `${Math.round(100 * member.error())} cm`;
      const text = world.asleep ? `asleep ${time}` : `awake ${time}, error ${error}`;
      const words = [text, `noise ${multiple(world.level(member))}`, ...(world.asleep ? restWords(world) : [])];
      document.querySelectorAll('.now')[m].textContent = words.join(', ');
    });
  }

  // Pointers and arrow keys on the canvases.

  bindArena(arena, m) {
    const { canvas } = arena.stage;
    const start = (place) => place && this.controls.do(() => this.setPlace(place));
    unfocused(canvas);
    canvas.addEventListener('click', (event) => start(arena.placeAt(event.offsetX, event.offsetY)));
    canvas.addEventListener('keydown', (event) => {
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      if (moves[event.key]) {
        const from = this.cursors[m] ?? arena.box.map(([low, high]) => (low + high) / 2);
        this.cursors[m] = from.map((x, d) => {
          const [low, high] = arena.box[d];
          const moved = x + (moves[event.key][d] * (high - low)) / 20;
          return this.world.members[m].circular ? wrap(moved) : Math.min(Math.max(moved, low), high);
        });
      } else if (event.key === 'Enter' && this.cursors[m]) start(this.cursors[m]);
      else return;
      event.preventDefault();
      this.dirty = true;
    });
    canvas.addEventListener('blur', () => {
      this.cursors[m] = null;
      this.dirty = true;
    });
  }

  bindSpace(space) {
    const { canvas } = space.stage;
    const turn = (yaw, pitch) => {
      this.turning = false;
      this.spaces.forEach((one) => one.turn(yaw, pitch));
      this.dirty = true;
    };
    let last = null;
    unfocused(canvas);
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = [event.clientX, event.clientY];
    });
    canvas.addEventListener('pointermove', ({ pointerId, clientX, clientY }) => {
      if (!canvas.hasPointerCapture(pointerId)) return;
      turn((clientX - last[0]) / 120, (clientY - last[1]) / 120);
      last = [clientX, clientY];
    });
    canvas.addEventListener('keydown', (event) => {
      const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
      if (!moves[event.key]) return;
      turn(...moves[event.key]);
      event.preventDefault();
    });
  }
}

/** A pointer leaves the focus alone, so that arrow keys go on to step. */
function unfocused(canvas) {
  canvas.addEventListener('mousedown', (event) => {
    event.preventDefault();
    document.activeElement?.blur();
  });
}

const page = new Page(JSON.parse(document.getElementById('data').textContent));
/**
 * For tests and the curious: `page` is all there is; `simulate(member, starts, inputs, noise, rest)` returns states and decoded
 * places, (step, trial, number), without touching what is on screen; `cost(steps)` is the time of a step in ms.
 */
window.quiescent = {
  page,
  world: page.world,
  simulate: (m, starts, inputs, noise, rest) => page.world.members[m].simulate(starts, inputs, noise, rest),
  cost: (steps) => {
    const began = performance.now();
    for (let i = 0; i < steps; i++) page.world.step();
    return (performance.now() - began) / steps;
  },
  table: () => makeTable(page.world),
};
