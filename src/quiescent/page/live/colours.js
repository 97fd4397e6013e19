// Colours: those of the package's figures, on paper and by night.

// Of a member's curves, awake and asleep (Okabe and Ito); each for a light and for a dark ground.
const PALETTE = [
  { awake: ['#0072b2', '#5cb8ee'], asleep: ['#d55e00', '#ff8f4a'] },
  { awake: ['#56a0d6', '#a5d5f5'], asleep: ['#b3568d', '#eb9dc8'] },
  { awake: ['#009e73', '#4bd0a8'], asleep: ['#b07a00', '#f5bd3d'] },
  { awake: ['#6b6b6b', '#bdbdbd'], asleep: ['#7a5fc4', '#b5a3f0'] },
];
const CORNERS = ['#2f6fdb', '#129b80', '#b8479f', '#ee8a1d'].map(rgb); // of the arena: both low, high y, high x, both

/** [red, green, blue] of #rrggbb. */
function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** Between two colours. */
function mix(from, to, share) {
  return from.map((value, i) => value + share * (to[i] - value));
}

/** CSS of a colour. */
function css(colour, alpha = 1) {
  return `rgb(${colour.map(Math.round).join(' ')} / ${alpha})`;
}

/** Colour of a place in the box, or of a heading on the circle. */
function placeColour(place, box, circular) {
  if (circular) {
    const at = ((place[0] / (2 * Math.PI) + 1) % 1) * 4;
    const round = [CORNERS[0], CORNERS[1], CORNERS[3], CORNERS[2]];
    return mix(round[Math.floor(at) % 4], round[(Math.floor(at) + 1) % 4], at % 1);
  }
  const [x, y] = box.map(([low, high], d) => Math.min(Math.max((place[d] - low) / (high - low), 0), 1));
  const low = mix(CORNERS[0], CORNERS[box.length === 1 ? 3 : 2], x);
  return box.length === 1 ? low : mix(low, mix(CORNERS[1], CORNERS[3], x), y);
}

/** What is drawn in which colour: read anew when the theme changes. */
class Theme {
  constructor() {
    this.read();
  }

  read() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(`--${name}`).trim();
    this.dark = value('scheme') === 'dark';
    for (const name of ['ink', 'soft', 'line', 'day', 'night', 'card']) this[name] = rgb(value(name));
  }

  /** Ground of the arenas: `night` goes from 0 to 1. */
  ground(night) {
    return mix(this.day, this.night, night);
  }

  /** Ink on that ground. */
  on(night) {
    return mix(this.ink, rgb('#e8e9f7'), night);
  }

  /** Colour of a member in its arena: awake by day, asleep by night. */
  member(m, night) {
    const { awake, asleep } = PALETTE[m % PALETTE.length];
    return mix(rgb(awake[this.dark ? 1 : 0]), rgb(asleep[1]), night);
  }

  /** Colour of a member's curves. */
  curve(m, phase) {
    return PALETTE[m % PALETTE.length][phase][this.dark ? 1 : 0];
  }
}
