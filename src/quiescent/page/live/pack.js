// Arrays that travel as text.

/** The numbers of a packed array; every browser's machine is little-endian, as they are. */
function unpack(packed) {
  const text = atob(packed.data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  if (packed.type === 'uint8') return bytes;
  return packed.type === 'float16' ? fromHalves(new Uint16Array(bytes.buffer)) : new Float32Array(bytes.buffer);
}

/** Half-precision numbers as single-precision ones, exactly. */
function fromHalves(halves) {
  const table = new Float32Array(65536);
  for (let word = 0; word < 65536; word++) {
    const sign = word & 0x8000 ? -1 : 1;
    const exponent = (word >> 10) & 31;
    const fraction = word & 1023;
    if (exponent === 31) table[word] = fraction ? NaN : sign * Infinity;
    else table[word] = sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  }
  return Float32Array.from(halves, (word) => table[word]);
}
