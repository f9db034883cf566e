/** Microphone and loudspeaker of this browser. Sound goes through memory only: nothing is kept. */
export class BrowserSound {
  /** Asks for the microphone. Throws what the browser throws, or an error named "InsecureError" where it lends none at all. */
  static async open({ heard, played }) {
    if (!window.isSecureContext || !navigator.mediaDevices) throw Object.assign(new Error('not a secure page'), { name: 'InsecureError' });
    const sound = new BrowserSound();
    try {
      // Answers come out of the same machine's loudspeaker; microphones differ in level; the wake word was learnt in rooms with their noise.
      sound.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, autoGainControl: true, noiseSuppression: false } });
      const context = sound.context = new AudioContext({ latencyHint: 'interactive' });
      await context.audioWorklet.addModule('js/talk-worklet.js');
      await context.resume();
      const microphone = new AudioWorkletNode(context, 'microphone', { numberOfInputs: 1, numberOfOutputs: 1 });
      microphone.port.onmessage = ({ data }) => heard(new Int16Array(data));
      context.createMediaStreamSource(sound.stream).connect(microphone);
      const silence = new GainNode(context, { gain: 0 }); // a node that leads nowhere need not be run
      microphone.connect(silence).connect(context.destination);
      const latency = (context.baseLatency || 0) + (context.outputLatency || 0);
      sound.loudspeaker = new AudioWorkletNode(context, 'loudspeaker', { numberOfInputs: 0, numberOfOutputs: 1, outputChannelCount: [1], processorOptions: { latency } });
      sound.loudspeaker.port.onmessage = ({ data }) => played(data);
      sound.loudspeaker.connect(context.destination);
      return sound;
    } catch (error) {
      sound.close();
      throw error;
    }
  }

  /** Plays int16 samples at 16 kHz after those before; none: silent at once. */
  play(samples) {
    this.loudspeaker.port.postMessage(samples);
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.context?.close();
  }
}

/** Loudness of a piece in dB below full scale, -90 to 0. */
export function levelDb(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.max(-90, 10 * Math.log10(sum / samples.length / 2 ** 30 + 1e-9));
}
