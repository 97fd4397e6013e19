// What pictures are drawn on, and small things that are drawn.

const AGES = 10; // shades of a trail

/** A canvas that keeps the sharpness of the screen; `draw(context, width, height)` works in CSS pixels. */
class Stage {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.fit();
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  fit() {
    const box = this.canvas.getBoundingClientRect();
    this.scale = Math.min(window.devicePixelRatio || 1, 2);
    this.width = Math.max(box.width, 40);
    this.height = Math.max(box.height, 40);
    this.canvas.width = Math.round(this.width * this.scale);
    this.canvas.height = Math.round(this.height * this.scale);
    this.changed = true;
  }

  begin() {
    this.context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    this.context.lineCap = this.context.lineJoin = 'round';
    this.changed = false;
    return this.context;
  }
}

/** What changes seldom, on a canvas of its own as sharp as a stage: drawn anew only when its `key` is another. */
class Layer {
  constructor(stage) {
    this.stage = stage;
    this.canvas = document.createElement('canvas');
    this.context = this.canvas.getContext('2d');
  }

  draw(key, paint) {
    const { width, height, scale, context, canvas } = this.stage;
    const whole = `${width} ${height} ${scale} ${key}`;
    if (this.key !== whole) {
      this.key = whole;
      [this.canvas.width, this.canvas.height] = [canvas.width, canvas.height];
      this.context.setTransform(scale, 0, 0, scale, 0, 0);
      this.context.lineCap = 'round';
      paint(this.context);
    }
    context.drawImage(this.canvas, 0, 0, width, height);
  }
}

/** A small picture that is drawn large and soft. */
class Picture {
  constructor(width, height) {
    this.canvas = document.createElement('canvas');
    [this.canvas.width, this.canvas.height] = [width, height];
    this.context = this.canvas.getContext('2d');
    this.image = this.context.createImageData(width, height);
  }

  /** Opacity of every pixel by `alpha(column, row)`, 0 to 1, rows from the top, all in one colour. */
  paint(colour, alpha) {
    const { data, width, height } = this.image;
    for (let row = 0, p = 0; row < height; row++) {
      for (let column = 0; column < width; column++, p += 4) {
        [data[p], data[p + 1], data[p + 2]] = colour;
        data[p + 3] = 255 * alpha(column, row);
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }
}

/** Trails of all dreamers, that of the first one strongest; `points(place, age, before)` are the next points of the canvas. */
function drawTrails(context, world, m, colour, points) {
  const crowd = Math.max(0.3, 1 / Math.sqrt(world.count));
  const paths = Array.from({ length: AGES }, () => [new Path2D(), new Path2D()]); // of the first, and of the others
  for (let k = 0; k < world.count; k++) {
    let [from, before] = [null, null];
    world.trail(m, k, (place, age) => {
      const path = paths[Math.floor(age * AGES)][k ? 1 : 0];
      const next = points(place, age, before);
      if (from) path.moveTo(...from);
      for (const point of next) if (from) path.lineTo(...point);
      from = next[next.length - 1];
      before = place;
    });
  }
  paths.forEach(([own, others], age) => {
    const fresh = 1 - age / AGES;
    context.lineWidth = 1.2;
    context.strokeStyle = css(colour, 0.75 * crowd * fresh ** 1.5);
    context.stroke(others);
    context.lineWidth = 1 + 1.4 * fresh;
    context.strokeStyle = css(colour, 0.95 * fresh ** 1.3);
    context.stroke(own);
  });
}

function drawDot(context, x, y, radius, colour, halo) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = colour;
  context.fill();
  if (!halo) return;
  context.lineWidth = 1.8;
  context.strokeStyle = halo;
  context.stroke();
}

function drawCross(context, x, y, colour, size) {
  context.strokeStyle = colour;
  context.lineWidth = 1.4;
  context.beginPath();
  context.moveTo(x - size, y);
  context.lineTo(x + size, y);
  context.moveTo(x, y - size);
  context.lineTo(x, y + size);
  context.stroke();
}
