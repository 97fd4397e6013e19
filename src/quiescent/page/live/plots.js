// Live measures as small plots, drawn by uPlot.

const FAR = 100; // steps
const SMALLEST = { kl: 1e-3, displacement: 1e-7 }; // drawn on logarithmic axes; of headings' divergences a tenth
const CODE = [1e-3, 10]; // amplitudes and shape distances that are drawn; what is beyond is at the edge

/** The plots; `refresh` after steps, `restyle` after a change of theme. */
class Plots {
  constructor(world, theme) {
    Object.assign(this, { world, theme });
    this.values = world.members.map(() => ({ awake: null, asleep: null })); // newest divergences
    const { circular } = world.members[0];
    this.lowest = circular ? SMALLEST.kl / 10 : SMALLEST.kl;
    const square = circular ? 'rad²' : 'm²';
    this.plots = {
      kl: this.make('kl', 'time (s)', [this.lowest, 10], 3, ['floor', 'uniform']),
      displacement: this.make('displacement', 'lag (s)', null, 3, ['behaviour']),
      coverage: this.make('coverage', 'time (s)', [0, 100], 1, ['behaviour']),
    };
    const judged = world.members.some(({ valid }) => valid); // of other codes every value is valid
    if (judged) this.plots.code = this.make('code', 'time (s)', CODE, 3, ['behaviour'], true);
    this.units = { kl: ' nats', displacement: ` ${square}`, coverage: ' %', code: '' };
  }

  /** One plot: for every member its references, then its curves awake and asleep; of pairs the second ones are thin. */
  make(name, label, range, distribution, references, pairs = false) {
    const host = document.querySelector(`#${name} .plot`);
    const { theme, world } = this;
    const axis = (more) => ({
      stroke: () => css(theme.soft),
      grid: { stroke: () => css(theme.line), width: 1 },
      space: 24,
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
      labelFont: '11px system-ui, sans-serif',
      ...more,
    });
    const decades = {
      splits: (plot, number, low, high) => powers(low, high),
      values: (_, values) => values.map((value) => (value === null ? '' : power(value))),
    };
    const percents = { splits: () => [0, 25, 50, 75, 100], values: (_, values) => values.map((value) => `${value} %`) };
    const series = [{}];
    world.members.forEach((_, m) => {
      for (const reference of references) {
        const dash = reference === 'uniform' ? [1, 4] : [6, 4];
        const width = reference === 'uniform' ? 1.6 : 1.3;
        series.push({ stroke: () => css(mix(rgb(theme.curve(m, 'asleep')), theme.soft, 0.6)), width, dash, cap: 'round' });
      }
      series.push({ stroke: () => theme.curve(m, 'awake'), width: 1.6 });
      series.push({ stroke: () => theme.curve(m, 'asleep'), width: 2.2 });
      if (pairs) for (const phase of ['awake', 'asleep']) series.push({ stroke: () => theme.curve(m, phase), width: 1 });
    });
    const options = {
      width: Math.max(host.clientWidth, 100),
      height: Math.max(host.clientHeight, 100),
      legend: { show: false },
      cursor: { show: false },
      padding: [6, 10, 0, 0],
      scales: {
        x: { time: false, distr: 3, range: () => this.ends() },
        y: { distr: distribution, range: (_, low, high) => range ?? around(low, high) },
      },
      series: series.map((one) => ({ points: { show: false }, spanGaps: true, ...one })),
      axes: [axis({ size: 20, label, labelSize: 15, labelGap: 0, ...decades }), axis({ size: 44, ...(distribution === 3 ? decades : percents) })],
    };
    const plot = new uPlot(options, [[1, 2], ...series.slice(1).map(() => [null, null])], host);
    new ResizeObserver(() => {
      plot.setSize({ width: Math.max(host.clientWidth, 100), height: Math.max(host.clientHeight, 100) });
    }).observe(host);
    return plot;
  }

  /** Times that all plots show: from one step to as many as there are, at least 1,000. */
  ends() {
    const { world } = this;
    const steps = Math.max(1000, ...world.records.flatMap(({ awake, asleep }) => [awake.steps, asleep.steps]));
    const dt = world.members.map(({ spec }) => spec.dt);
    return [Math.min(...dt), steps * Math.max(...dt)];
  }

  /** Compute the divergences of what is recorded now, and draw everything. */
  refresh() {
    const { world } = this;
    world.recording.forEach((record, m) => this.diverge(record, m));
    this.draw();
  }

  diverge(record, m) {
    const { kl, klTime } = record.curve;
    const phase = this.world.asleep ? 'asleep' : 'awake';
    if (record.steps === (klTime[klTime.length - 1] ?? 0)) return;
    const value = record.kl();
    this.values[m][phase] = value;
    if (value === null) return;
    klTime.push(record.steps);
    kl.push(Math.max(value, this.lowest));
  }

  draw() {
    const tables = { kl: [], displacement: [], coverage: [], code: [] };
    const [first, last] = this.ends();
    this.world.members.forEach(({ spec, valid }, m) => {
      const { behaviour, dt } = spec;
      const level = (value) => (value === null ? [[first], [null]] : [[first, last], [1, 1].map(() => Math.max(value, this.lowest))]);
      tables.kl.push(level(behaviour.floor), level(behaviour.uniform));
      tables.displacement.push([behaviour.lags.map((lag) => lag * dt), behaviour.msd]);
      const percent = (values) => values.map((value) => 100 * value);
      tables.coverage.push([behaviour.coverage.map((_, t) => (t + 1) * dt), percent(behaviour.coverage)]);
      tables.code.push(level(valid ? behaviour.valid : null));
      const shapes = [];
      for (const phase of ['awake', 'asleep']) {
        const { curve } = this.world.records[m][phase];
        tables.kl.push([curve.klTime.map((t) => t * dt), curve.kl]);
        const { lags, msd } = this.world.records[m][phase].displacement();
        tables.displacement.push([lags.map((lag) => lag * dt), msd.map((value) => Math.max(value, SMALLEST.displacement))]);
        const times = curve.time.map((t) => t * dt);
        tables.coverage.push([times, percent(curve.coverage)]);
        const drawn = (values) => [times.slice(0, values.length), values.map((value) => Math.min(Math.max(value, CODE[0]), CODE[1]))];
        tables.code.push(drawn(curve.amplitude));
        shapes.push(drawn(curve.shape));
      }
      tables.code.push(...shapes);
    });
    for (const name in this.plots) this.plots[name].setData(uPlot.join(tables[name].map(filled)));
    this.tell();
  }

  /** The newest values in words. */
  tell() {
    const { world } = this;
    const phase = world.asleep ? 'asleep' : 'awake';
    const newest = {
      kl: (record, m) => this.values[m][phase],
      displacement: (record) => far(record)?.msd ?? null,
      coverage: (record) => 100 * record.coverage(),
      code: ({ curve }) => (curve.shape.length ? [curve.amplitude, curve.shape].map((values) => values[values.length - 1]) : null),
    };
    for (const name in this.plots) {
      const output = document.querySelector(`#${name} output`);
      const texts = world.recording.map((record, m) => {
        const values = record.steps ? [newest[name](record, m)].flat() : [];
        return values.every((value) => value === null) ? '–' : values.map(shown).join(', ') + this.units[name];
      });
      const words = texts.map((text, m) => colouredWord(text, this.theme.curve(m, phase)));
      if (name === 'displacement') {
        const times = world.recording.map((record, m) => (far(record)?.lag ?? 0) * world.members[m].spec.dt);
        const different = [...new Set(times.filter((time) => time).map(shown))];
        if (different.length) words.push(`in ${different.join(' / ')} s`);
      }
      output.replaceChildren(...words);
    }
  }

  restyle() {
    for (const plot of Object.values(this.plots)) plot.redraw();
    this.tell();
  }
}

/** Displacement at the lag next to that at which the package compares conditions. */
function far(record) {
  const { lags, msd } = record.displacement();
  const at = lags.findLastIndex((lag) => lag <= FAR);
  return at < 0 ? null : { lag: lags[at], msd: msd[at] };
}

/** A table for uPlot.join, which wants at least one row. */
function filled([x, y]) {
  return x.length ? [x, y] : [[1], [null]];
}

/** Ends of a logarithmic axis around data. */
function around(low, high) {
  if (!(low > 0) || !(high > 0)) return [1e-4, 1];
  return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high * 1.2))];
}

/** Powers of ten on a logarithmic axis: all, or every other one where there are many. */
function powers(low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = last - first > 4 ? 2 : 1;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => i + first).filter((n) => n % every === 0).map((n) => 10 ** n);
}

function power(value) {
  const n = Math.round(Math.log10(value));
  if (n >= -2 && n <= 3) return String(Number((10 ** n).toPrecision(1)));
  return `10${Array.from(String(n).replace('-', '⁻'), (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit] ?? digit).join('')}`;
}

/** Three digits, without a tail of zeros. */
function shown(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5) return value.toExponential(0).replace('e+', 'e');
  if (size < 1e-4) return value.toExponential(0).replace('e-', 'e−');
  return String(Number(value.toPrecision(size >= 100 ? 3 : 2))).replace('-', '−');
}

function colouredWord(text, colour) {
  const word = document.createElement('span');
  word.textContent = text;
  word.style.color = colour;
  return word;
}
