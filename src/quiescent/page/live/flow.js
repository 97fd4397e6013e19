// Where a network goes by itself: arrows of its flow without input and noise, and marks where it is slow.

const LONGEST = 0.8; // of the distance between arrows, that of all but the longest

/** How often as long as they are arrows are drawn: a power of ten, twice or five times that. */
function stretch({ moves, dim, spacing }) {
  const lengths = Array.from({ length: moves.length / dim }, (_, i) => Math.hypot(...moves.subarray(i * dim, (i + 1) * dim)));
  const long = lengths.sort((a, b) => a - b)[Math.floor(0.9 * lengths.length)];
  if (!(long > 0)) return 1;
  const most = (LONGEST * spacing) / long;
  const decade = 10 ** Math.floor(Math.log10(most));
  return decade * (most >= 5 * decade ? 5 : most >= 2 * decade ? 2 : 1);
}

/** The flow of a member as the page draws it. */
function makeFlow({ flow, slow, dt }, dim) {
  const made = { ...flow, dim, places: unpack(flow.places), moves: unpack(flow.moves), slow, seconds: flow.steps * dt };
  return { ...made, times: stretch(made) };
}

function flowWords({ seconds, times, slow }) {
  const long = times === 1 ? 'as long as it is' : `drawn ${shown(times)} times as long`;
  const marks = slow.length ? ' Marked are its slowest points: full where it settles, open where it leaves again.' : '';
  return `Arrows: where it goes by itself in ${shown(seconds)} s, without input, noise and momentum, from its mean state awake; ${long}.${marks}`;
}

/** Draw arrows and marks; `view.way(from, move)` are the points of the canvas on the way, `view.spot(place)` is one. */
function drawFlow(context, flow, view, colour, ground) {
  const { places, moves, dim, times, slow } = flow;
  context.lineWidth = 1.3;
  context.strokeStyle = context.fillStyle = css(colour, 0.7);
  for (let i = 0; i < places.length; i += dim) {
    const move = Array.from(moves.subarray(i, i + dim), (x) => x * times);
    drawArrow(context, view.way(Array.from(places.subarray(i, i + dim)), move));
  }
  for (const { place, stable } of slow) {
    const [x, y] = view.spot(place);
    context.beginPath();
    context.arc(x, y, 3.8, 0, 7);
    context.fillStyle = css(stable ? colour : ground);
    context.fill();
    context.lineWidth = 1.6;
    context.strokeStyle = css(stable ? ground : colour);
    context.stroke();
  }
}

/** A line with a head that becomes smaller with it; of what does not move a point. */
function drawArrow(context, points) {
  const [from, to] = [points[points.length - 2], points[points.length - 1]];
  const length = points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 0);
  if (length < 1.5) {
    context.beginPath();
    context.arc(...to, 1, 0, 7);
    context.fill();
    return;
  }
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const head = Math.min(4.5, 0.5 * length);
  for (const side of [2.6, -2.6]) {
    context.moveTo(...to);
    context.lineTo(to[0] + head * Math.cos(angle + side), to[1] + head * Math.sin(angle + side));
  }
  context.stroke();
}
