const Zeros = 12; // zero crossings of the filter on each side
const Passes = 0.92; // of the lower of both bands

/** Changes the sample rate of a stream of sound, whatever the browser's own rate is: a windowed sinc, one row of it per phase. */
export class Resampler {
  constructor(fromHz, toHz) {
    const common = gcd(fromHz, toHz);
    this.step = fromHz / common;
    this.phases = toHz / common;
    const scale = Math.min(1, toHz / fromHz) * Passes;
    this.half = Math.ceil(Zeros / scale);
    this.rows = Array.from({ length: this.phases }, (_, phase) => Float32Array.from({ length: 2 * this.half }, (_, i) => tap(i - this.half + 1 - phase / this.phases, scale, this.half)));
    this.rest = new Float32Array(this.half - 1);
    this.at = this.half - 1;
    this.phase = 0;
  }

  /** Takes the next samples, gives those that are complete by now. */
  push(samples) {
    const data = new Float32Array(this.rest.length + samples.length);
    data.set(this.rest);
    data.set(samples, this.rest.length);
    const out = [];
    while (this.at + this.half < data.length) {
      const row = this.rows[this.phase], first = this.at - this.half + 1;
      let sum = 0;
      for (let i = 0; i < row.length; i++) sum += data[first + i] * row[i];
      out.push(sum);
      this.phase += this.step;
      this.at += Math.floor(this.phase / this.phases);
      this.phase %= this.phases;
    }
    const drop = Math.min(data.length, this.at - this.half + 1);
    this.rest = data.slice(drop);
    this.at -= drop;
    return Float32Array.from(out);
  }
}

function tap(at, scale, half) {
  if (Math.abs(at) >= half) return 0;
  const x = Math.PI * scale * at;
  return scale * (x === 0 ? 1 : Math.sin(x) / x) * (0.5 + 0.5 * Math.cos(Math.PI * at / half));
}

function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}
