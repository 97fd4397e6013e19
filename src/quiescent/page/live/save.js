// Saving: the picture as PNG, the trajectory as CSV.

/** Everything that is drawn now, on one canvas. */
function makePicture(page) {
  const { world, theme } = page;
  const scale = 2;
  const [width, gap] = [1200, 24];
  const columns = world.members.length > 1 ? 4 : 2;
  const cell = (width - (columns + 1) * gap) / columns;
  const rows = Math.ceil((2 * world.members.length) / columns);
  const plotHeight = 170;
  const height = 90 + rows * (cell + 44) + plotHeight + 40;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * scale, height * scale];
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  context.fillStyle = css(theme.card);
  context.fillRect(0, 0, width, height);
  const write = (text, x, y, size, colour, weight = 400, wide = width - x) => {
    context.font = `${weight} ${size}px system-ui, sans-serif`;
    context.fillStyle = css(colour);
    context.fillText(shortened(context, text, wide), x, y);
  };
  const times = [...new Set(world.members.map(({ spec }) => (world.time * spec.dt).toFixed(1)))].join(' / ');
  write(document.querySelector('h1').textContent, gap, 42, 21, theme.ink, 600);
  const names = world.members.length > 1 ? [...document.querySelectorAll('.key')].map((key) => key.textContent) : [];
  const phase = world.asleep ? 'asleep' : 'awake';
  const noise = world.members.map((member) => multiple(world.level(member))).join(', ');
  write([phase, `${times} s`, `noise ${noise}`, ...restWords(world), `seed ${world.seed}`].join(', '), gap, 66, 14, theme.soft);
  world.members.forEach((member, m) => {
    const at = 2 * m;
    [page.arenas[m], page.spaces[m]].forEach(({ stage }, i) => {
      const x = gap + ((at + i) % columns) * (cell + gap);
      const y = 90 + Math.floor((at + i) / columns) * (cell + 44);
      context.drawImage(stage.canvas, x, y + 22, cell, cell);
      if (!i) write(names[m] ?? member.spec.name, x, y + 12, 13, rgb(theme.curve(m, phase)), 600, 2 * cell + gap);
    });
  });
  const top = 90 + rows * (cell + 44) + 30;
  Object.entries(page.plots.plots).forEach(([name, plot], i) => {
    const number = Object.keys(page.plots.plots).length;
    const wide = (width - (number + 1) * gap) / number;
    const x = gap + i * (wide + gap);
    write(document.querySelector(`#${name} h3`).textContent.trim().replace(/\s+/g, ' '), x, top - 10, 13, theme.ink, 600);
    const { canvas: from } = plot.ctx;
    const shrink = Math.min(wide / from.width, plotHeight / from.height);
    context.drawImage(from, x, top, from.width * shrink, from.height * shrink);
  });
  return canvas;
}

/** A text cut, with an ellipsis, to be no wider than so many pixels. */
function shortened(context, text, wide) {
  let length = text.length;
  const cut = () => (length < text.length ? `${text.slice(0, length)}…` : text);
  while (length > 1 && context.measureText(cut()).width > wide) length--;
  return cut();
}

/** Every step since the last reset (the newest 300,000 rows), one row per member and dreamer. */
function makeTable({ members, log }) {
  const { circular, dim } = members[0];
  const axes = circular ? ['heading_rad'] : ['x_m', 'y_m'].slice(0, dim);
  const head = ['network', 'seed', 'dreamer', 'step', 'time_s', 'phase', 'noise', 'adaptation', 'adaptation_tau', 'friction'];
  const lines = [[...head, ...axes.map((axis) => `decoded_${axis}`), ...axes.map((axis) => `true_${axis}`)].join(',')];
  for (const { m, time, level, rest, decoded, truth } of log) {
    const { adaptation, tau, friction } = truth ? NEUTRAL : rest;
    const { name, changes, seed, dt } = members[m].spec;
    for (let k = 0; k * dim < decoded.length; k++) {
      const places = [decoded, truth].flatMap((from) => {
        return axes.map((_, d) => (from ? Number(from[k * dim + d].toPrecision(7)) : ''));
      });
      const start = [quoted(changes ? `${name} (${changes})` : name), seed, k + 1, time, Number((time * dt).toFixed(6)), truth ? 'awake' : 'asleep'];
      start.push(...[level, adaptation, tau, friction].map((value) => Number(value.toFixed(6))));
      lines.push([...start, ...places].join(','));
    }
  }
  return lines.join('\n') + '\n';
}

/** A cell of CSV, in quotes where it needs them. */
function quoted(text) {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hand a file to the user. */
function offer(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function savePicture(page) {
  makePicture(page).toBlob((blob) => offer(blob, 'dream.png'), 'image/png');
}

function saveTable(world) {
  offer(new Blob([makeTable(world)], { type: 'text/csv' }), 'dream.csv');
}
