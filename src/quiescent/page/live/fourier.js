// Smoothing by the fast Fourier transform.

/** In-place transform of complex numbers: `size` of them, a power of two, `stride` apart from `from` on. */
function transform(real, imaginary, from, size, stride, sign) {
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const [a, b] = [from + i * stride, from + j * stride];
      [real[a], real[b]] = [real[b], real[a]];
      [imaginary[a], imaginary[b]] = [imaginary[b], imaginary[a]];
    }
  }
  for (let length = 2; length <= size; length <<= 1) {
    const half = length >> 1;
    for (let k = 0; k < half; k++) {
      const angle = (sign * 2 * Math.PI * k) / length;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      for (let i = k; i < size; i += length) {
        const a = from + i * stride;
        const b = a + half * stride;
        const re = real[b] * cosine - imaginary[b] * sine;
        const im = real[b] * sine + imaginary[b] * cosine;
        real[b] = real[a] - re;
        imaginary[b] = imaginary[a] - im;
        real[a] += re;
        imaginary[a] += im;
      }
    }
  }
}

/**
 * Smooth counts on a periodic grid (nx, ny) in place: `factor(kx, ky)` is what waves of so many periods per grid are
 * multiplied by.
 */
function smooth(counts, nx, ny, factor) {
  const imaginary = new Float64Array(counts.length);
  const both = (sign) => {
    for (let x = 0; x < nx; x++) transform(counts, imaginary, x * ny, ny, 1, sign);
    for (let y = 0; y < ny; y++) transform(counts, imaginary, y, nx, ny, sign);
  };
  both(-1);
  for (let x = 0; x < nx; x++) {
    for (let y = 0; y < ny; y++) {
      const share = factor(x < nx / 2 ? x : x - nx, y < ny / 2 ? y : y - ny) / (nx * ny);
      counts[x * ny + y] *= share;
      imaginary[x * ny + y] *= share;
    }
  }
  both(1);
  return counts;
}
