// Random numbers that come again with their seed.

/** A stream of its own for every list of whole numbers (Chris Doty-Humphrey's sfc32). */
class Random {
  constructor(...words) {
    let hash = 0x9e3779b9;
    for (const word of words) hash = scramble(hash ^ scramble(word | 0));
    this.a = scramble(hash + 1);
    this.b = scramble(hash + 2);
    this.c = scramble(hash + 3);
    this.d = 1;
    this.spare = NaN;
    for (let i = 0; i < 16; i++) this.word();
  }

  /** 32 random bits. */
  word() {
    const sum = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform() {
    return this.word() / 4294967296;
  }

  /** Standard normal (Box and Muller). */
  normal() {
    if (this.spare === this.spare) {
      const kept = this.spare;
      this.spare = NaN;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Fill numbers `from` up to `to` with noise: Gaussian of a standard deviation, or uniform in [0, std). */
  fill(array, from, to, std, shape) {
    if (shape === 'uniform') for (let i = from; i < to; i++) array[i] = std * this.uniform();
    else for (let i = from; i < to; i++) array[i] = std * this.normal();
  }
}

function scramble(word) {
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return word ^ (word >>> 15);
}
