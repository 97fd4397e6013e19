// Buttons, sliders and keys, and the words that say where they stand.

const SNAPS = [0, 1, Math.SQRT2, 2, 3, 4]; // multiples of the task's noise that are easy to hit

const TAUS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]; // steps that adaptation takes

/** Connects the page's controls with what they control. */
class Controls {
  constructor(page) {
    this.page = page;
    this.world = page.world;
    const find = (id) => document.getElementById(id);
    this.fields = Object.fromEntries(
      ['phase', 'pause', 'step', 'reset', 'noise', 'own', 'speed', 'count', 'seed', 'anywhere', 'png', 'csv', 'theme', 'help', 'more', 'adaptation', 'tau', 'friction', 'matched', 'neutral', 'flow'].map((id) => [id, find(id)]),
    );
    this.bind();
    this.show();
  }

  bind() {
    const { fields, world, page } = this;
    const click = (name, action) => fields[name].addEventListener('click', () => this.do(action));
    click('phase', () => page.sleep(!world.asleep));
    click('pause', () => page.pause(!page.paused));
    click('step', () => page.stepOnce());
    click('reset', () => page.reset());
    click('own', () => world.setNoise(null));
    click('anywhere', () => page.setPlace(null));
    click('theme', () => page.turnTheme());
    click('png', () => savePicture(page));
    click('csv', () => saveTable(world));
    click('help', () => document.getElementById('about').showModal());
    click('more', () => this.unfold());
    click('neutral', () => page.setRest({ ...NEUTRAL, matched: false }));
    click('flow', () => page.show(!page.flowing));
    fields.noise.addEventListener('input', () => this.do(() => world.setNoise(snapped(Number(fields.noise.value)))));
    const rest = (name, value) => fields[name].addEventListener('input', () => this.do(() => page.setRest({ [name]: value(fields[name]) })));
    rest('adaptation', ({ value }) => Number(value));
    rest('tau', ({ value }) => TAUS[value]);
    rest('friction', ({ value }) => Number(value));
    rest('matched', ({ checked }) => checked);
    fields.speed.addEventListener('input', () => this.do(() => (page.speed = 2 ** Number(fields.speed.value))));
    fields.count.addEventListener('input', () => this.do(() => page.setCount(Number(fields.count.value))));
    fields.seed.addEventListener('change', () => this.do(() => page.setSeed(Math.trunc(Number(fields.seed.value)) || 0)));
    document.addEventListener('keydown', (event) => this.press(event));
    for (const mark of document.querySelectorAll('.marks span')) mark.style.left = `${(100 * mark.dataset.at) / 4}%`;
  }

  /** What a key does. */
  get keys() {
    const { page, world, fields } = this;
    const noise = (change) => world.setNoise(snapped(Math.min(4, Math.max(0, world.chosen(world.members[0]) + change))));
    return {
      ' ': () => page.pause(!page.paused),
      s: () => page.sleep(!world.asleep),
      ArrowRight: () => page.stepOnce(),
      r: () => page.reset(),
      '+': () => page.setCount(world.count + 1),
      '=': () => page.setCount(world.count + 1),
      '-': () => page.setCount(world.count - 1),
      '[': () => noise(-0.1),
      ']': () => noise(0.1),
      o: () => world.setNoise(null),
      ',': () => (page.speed = Math.max(page.speed / 2, 2 ** Number(fields.speed.min))),
      '.': () => (page.speed = Math.min(page.speed * 2, 2 ** Number(fields.speed.max))),
      a: () => page.setPlace(null),
      f: () => page.show(!page.flowing),
      m: () => this.unfold(),
      t: () => page.turnTheme(),
      p: () => savePicture(page),
      c: () => saveTable(world),
      '?': () => document.getElementById('about').showModal(),
    };
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.getElementById('about').open) return;
    const { target, key } = event;
    if (target.matches('input[type=number]') || (target.matches('input') && key.startsWith('Arrow'))) return;
    if (key === ' ' && target.matches('button, summary, a, input')) return; // it presses that
    const action = this.keys[key.length === 1 ? key.toLowerCase() : key];
    if (!action) return;
    event.preventDefault();
    this.do(action);
  }

  do(action) {
    action();
    this.page.dirty = true;
    this.page.plots.draw();
    this.page.tell();
    this.show();
  }

  /** Let every control say where it stands. */
  show() {
    const { fields, world, page } = this;
    document.documentElement.dataset.phase = world.asleep ? 'asleep' : 'awake';
    fields.phase.setAttribute('aria-checked', world.asleep);
    document.getElementById('phase-word').textContent = world.asleep ? 'Asleep' : 'Awake';
    fields.pause.setAttribute('aria-pressed', page.paused);
    fields.pause.querySelector('.word').textContent = page.paused ? 'Play' : 'Pause';
    fields.pause.classList.toggle('paused', page.paused);
    const levels = world.members.map((member) => world.chosen(member));
    fields.noise.value = levels[0];
    const words = [...new Set(levels.map(multiple))].join(' / ');
    this.say('noise', words);
    fields.own.disabled = world.noise === null;
    fields.speed.value = Math.log2(page.speed);
    const speeds = world.members.map(({ spec }) => shown(page.speed * spec.dt));
    this.say('speed', `${[...new Set(speeds)].join(' / ')} × real time`);
    this.showRest();
    fields.count.value = world.count;
    this.say('count', String(world.count));
    fields.seed.value = world.seed;
    fields.anywhere.disabled = !world.place;
    document.getElementById('place').textContent = world.place ? placeWord(world.place, world.members[0].circular) : 'anywhere';
  }

  showRest() {
    const { fields, world, page } = this;
    const { adaptation, tau, friction, matched } = world.rest;
    fields.adaptation.value = adaptation;
    this.say('adaptation', adaptation ? shown(adaptation) : 'none');
    fields.tau.value = TAUS.indexOf(tau);
    this.say('tau', `${tau} steps`);
    fields.friction.value = friction;
    this.say('friction', friction === 1 ? 'full' : shown(friction));
    fields.matched.checked = matched;
    fields.neutral.disabled = !restWords(world).length;
    fields.flow.setAttribute('aria-pressed', page.flowing);
  }

  /** What most never need. */
  unfold() {
    const open = document.body.classList.toggle('open');
    this.fields.more.setAttribute('aria-expanded', open);
  }

  say(name, text) {
    document.getElementById(`${name}-value`).textContent = text;
    this.fields[name].setAttribute('aria-valuetext', text);
  }
}

/** A level of noise, on the nearest mark if that is near. */
function snapped(level) {
  const mark = SNAPS.find((one) => Math.abs(one - level) < 0.04);
  return mark ?? Math.round(level * 100) / 100;
}

/** What acts at rest besides noise, in words; nothing if it is neutral. */
function restWords({ rest: { adaptation, tau, friction, matched } }) {
  return [
    adaptation ? `adaptation ${shown(adaptation)} in ${tau} steps` : '',
    friction < 1 ? `friction ${shown(friction)}` : '',
    friction < 1 && matched ? 'matched noise' : '',
  ].filter((word) => word);
}

function multiple(level) {
  return level === Math.SQRT2 ? '√2 ×' : `${shown(level)} ×`;
}

function placeWord(place, circular) {
  if (circular) return `${Math.round((place[0] * 180) / Math.PI)}°`.replace('-', '−');
  return place.map((x) => x.toFixed(2).replace('-', '−')).join(', ') + ' m';
}
