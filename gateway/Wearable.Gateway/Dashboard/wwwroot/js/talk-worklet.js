import { Resampler } from './resample.js';

const RateHz = 16000;
const PieceSamples = 640; // 40 ms a message
const StartSamples = 0.1 * RateHz; // an answer waits for so much, or so long, that a late piece leaves no hole
const TellEverySeconds = 0.05;

/** The browser's microphone, as the wearable hears: pieces of int16 at 16 kHz. */
class Microphone extends AudioWorkletProcessor {
  resampler = new Resampler(sampleRate, RateHz);
  piece = new Int16Array(PieceSamples);
  filled = 0;

  process([[samples]]) {
    if (!samples) return true;
    for (const sample of this.resampler.push(samples)) {
      this.piece[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
      if (this.filled < PieceSamples) continue;
      this.port.postMessage(this.piece.buffer, [this.piece.buffer]);
      this.piece = new Int16Array(PieceSamples);
      this.filled = 0;
    }
    return true;
  }
}

/** The wearable's answers, and how much of them has left the loudspeaker. */
class Loudspeaker extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.lag = Math.ceil(processorOptions.latency * sampleRate); // from here to the air
    this.begin();
    this.port.onmessage = ({ data }) => this.take(data);
  }

  begin() {
    this.resampler = new Resampler(RateHz, sampleRate);
    this.waiting = []; // pieces not yet begun
    this.ready = new Float32Array(0); // at the browser's own rate
    this.playing = false;
    this.marks = []; // [frame, samples of answers that are through by then]
    this.taken ??= 0;
    this.came ??= 0;
    this.told ??= 0;
    this.peak = 0;
    this.tellAt = 0;
  }

  // An empty piece means: silent at once.
  take(piece) {
    if (piece.length === 0) {
      this.begin();
      this.taken = this.came;
      this.tell(this.came);
      return;
    }
    if (!this.waiting.length && !this.playing) this.since = currentTime;
    this.came += piece.length;
    this.waiting.push(piece);
  }

  process(inputs, [[out]]) {
    if (!this.playing) this.playing = this.waiting.length > 0 && (this.came - this.taken >= StartSamples || currentTime - this.since >= StartSamples / RateHz);
    if (this.playing) this.fill(out);
    while (this.marks.length && this.marks[0][0] <= currentFrame) this.through = this.marks.shift()[1];
    if (this.through > this.told && (currentTime >= this.tellAt || this.through === this.came)) this.tell(this.through);
    return true;
  }

  fill(out) {
    while (this.ready.length < out.length && this.waiting.length) {
      const piece = this.waiting.shift();
      this.taken += piece.length;
      this.add(this.resampler.push(Float32Array.from(piece, sample => sample / 32768)));
    }
    if (this.ready.length < out.length) {
      // The end, or a late piece: what the filter still holds comes out, then silence.
      this.add(this.resampler.push(new Float32Array(2 * this.resampler.half)));
      this.resampler = new Resampler(RateHz, sampleRate);
      this.playing = false;
    }
    out.set(this.ready.subarray(0, out.length));
    for (const sample of out) this.peak = Math.max(this.peak, Math.abs(sample));
    this.ready = this.playing ? this.ready.slice(out.length) : new Float32Array(0);
    const left = Math.ceil(this.ready.length * RateHz / sampleRate);
    this.marks.push([currentFrame + out.length + this.lag, this.taken - (this.playing ? left : 0)]);
  }

  add(samples) {
    const all = new Float32Array(this.ready.length + samples.length);
    all.set(this.ready);
    all.set(samples, this.ready.length);
    this.ready = all;
  }

  tell(played) {
    this.told = played;
    this.tellAt = currentTime + TellEverySeconds;
    this.port.postMessage({ played, peak: this.peak });
    this.peak = 0;
  }
}

registerProcessor('microphone', Microphone);
registerProcessor('loudspeaker', Loudspeaker);
