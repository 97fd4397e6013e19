// What pictures are drawn on, and small things that are drawn.

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
