import { t } from './i18n.js';
import { atMostEvery, byId } from './dom.js';
import { json } from './api.js';
import { drawMicrophone } from './microphone.js';
import { BrowserSound, levelDb } from './talk-sound.js';

const MostWaitingBytes = 64 * 1024; // two seconds of sound on a stuck connection: beyond, it is dropped
const Told = { InsecureError: 'insecure', NotAllowedError: 'denied', SecurityError: 'denied', NotFoundError: 'none', NotReadableError: 'busy', AbortError: 'busy', 403: 'reader', 503: 'full' };

let sound = null;
let socket = null;
let id = '';
let open = false; // the open microphone: everything is sent
let held = false;
let busy = false; // being switched on
let meter = null;
let level = -90; // the loudest since the meters were drawn
let last = -90;
let said = null; // [text or its key, rest]
let began = () => {};
let played = { samples: 0, peak: 0 };
let modes = []; // the last it was in

/** Puts the panel in place. `onBegin` is told the id of the wearable that this browser became. */
export function startTalk(onBegin) {
  began = onBegin;
  byId('talk-on').addEventListener('click', () => switchOn());
  byId('talk-end').addEventListener('click', () => switchOff());
  byId('talk-open').addEventListener('click', () => setOpen(!open));
  byId('talk-mute').addEventListener('click', () => send('mute'));
  const button = byId('talk-hold');
  button.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    hold(true);
  });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur']) button.addEventListener(end, () => hold(false));
  button.addEventListener('contextmenu', event => event.preventDefault()); // a long touch is no menu
  button.addEventListener('keydown', event => { if (isPress(event)) { event.preventDefault(); if (!event.repeat) hold(true); } });
  button.addEventListener('keyup', event => { if (isPress(event)) { event.preventDefault(); hold(false); } });
  button.addEventListener('click', event => { if (event.detail === 0) hold(!held); }); // a screen reader cannot hold
  document.addEventListener('visibilitychange', () => { if (document.hidden) hold(false); });
  addEventListener('pagehide', () => switchOff());
  drawTalk();
}

const isPress = event => event.key === ' ' || event.key === 'Enter';

async function switchOn() {
  if (busy || socket) return;
  [busy, said] = [true, null];
  drawTalk();
  try {
    sound = await BrowserSound.open({ heard: hear, played: tellPlayed });
    const place = await json('/api/talk', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    id = place.id;
    await connect(place.ticket);
    began(id);
  } catch (error) {
    const known = Told[error.status ?? error.name];
    end([known ? 'talk.' + known : error.message, '']);
  }
  busy = false;
  drawTalk();
}

function connect(ticket) {
  const line = socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/talk/stream?ticket=${encodeURIComponent(ticket)}`);
  line.binaryType = 'arraybuffer';
  line.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) sound?.play(new Int16Array(data));
    else take(JSON.parse(data));
  };
  line.onclose = ({ reason }) => { if (socket === line) end(['talk.lost', reason]); };
  return new Promise((done, failed) => {
    line.onopen = done;
    line.onerror = () => failed(new Error('talk.lost'));
  });
}

function switchOff() {
  end(null);
}

function end(why) {
  const line = socket;
  socket = null;
  line?.close();
  sound?.close();
  [sound, id, open, held, meter, level, said] = [null, '', false, false, null, -90, why];
  played = { samples: 0, peak: 0 };
  modes = [];
  drawTalk();
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < MostWaitingBytes) socket.send(message);
}

// A piece from the microphone leaves this browser only while the button is held or the microphone is open.
function hear(samples) {
  last = levelDb(samples);
  level = Math.max(level, last);
  if ((open || held) && meter?.mode !== 'muted') send(samples);
  drawSoon();
}

function tellPlayed(now) {
  played = { samples: now.played, peak: Math.max(played.peak, now.peak) };
  send(`played ${now.played}`);
}

function take(reading) {
  const changed = reading.mode !== meter?.mode || reading.online !== meter?.online;
  if (reading.mode !== meter?.mode) modes = [...modes, reading.mode].slice(-20);
  meter = reading;
  if (changed) drawTalk(); else drawSoon();
}

function hold(down) {
  if (down === held || !socket) return;
  held = down;
  send(down ? 'hold' : 'release');
  drawTalk();
}

function setOpen(wanted) {
  open = wanted;
  if (!open) send('quiet');
  drawTalk();
}

// Whatever the wearable does, the line says first whether sound leaves this browser.
function microphoneState() {
  if (!socket) return ['off', 'talk.mic.off'];
  if (meter?.mode === 'muted') return ['off', 'talk.mic.muted'];
  if (meter?.mode === 'streaming' && (open || held)) return ['stream', 'talk.mic.stream'];
  if (open) return meter?.mode === 'speaking' ? ['wake', 'talk.mic.deaf'] : ['wake', 'talk.mic.wake'];
  return held ? ['wake', 'talk.mic.held'] : ['wake', 'talk.mic.ready'];
}

/** The panel in the language of now. */
export function drawTalk() {
  const on = Boolean(socket);
  drawMicrophone(byId('talk-mic'), ...microphoneState());
  drawMicrophone(byId('mic-now'), ...microphoneState()); // in sight wherever on the page one is
  byId('mic-now').hidden = !on;
  byId('talk-start').hidden = on;
  byId('talk-part').hidden = !on;
  byId('talk-on').disabled = busy;
  byId('talk-on').textContent = t(busy ? 'talk.waits' : 'talk.on');
  byId('talk-hold').textContent = t(held ? 'talk.holds' : 'talk.hold');
  byId('talk-hold').classList.toggle('held', held);
  byId('talk-open').setAttribute('aria-pressed', String(open));
  byId('talk-mute').setAttribute('aria-pressed', String(meter?.mode === 'muted'));
  byId('talk-mode').textContent = on ? `${id}: ${meter?.online ? t('mode.' + meter.mode) : t('talk.connecting')}` : '';
  byId('talk-said').textContent = said ? t(said[0]) + (said[1] ? `: ${said[1]}` : '') : '';
  drawMeters();
}

function drawMeters() {
  if (!socket || document.hidden) return;
  const heard = meter?.mode === 'idle' || meter?.mode === 'listening';
  bar('talk-level', (level + 90) / 90, `${Math.round(level)} dB`);
  bar('talk-score', heard ? meter.score / 100 : 0, heard && meter.listens ? `${meter.word} ${meter.score} / ${meter.threshold}` : heard ? `${t('talk.quiet')} / ${meter.threshold}` : '–');
  byId('talk-threshold').style.left = `${meter?.threshold ?? 100}%`;
  bar('talk-work', (meter?.busyPercent ?? 0) / 100, meter ? `${(meter.instructions / 1e6).toFixed(2)} M / ${meter.chipSpeed / 1e6} M (${meter.busyPercent} %)` : '–');
  byId('talk-lost').hidden = !meter || !(meter.overruns || meter.droppedMs);
  if (meter) byId('talk-lost').textContent = `${t('talk.lostSound')}: ${t('overruns')} ${meter.overruns}, ${meter.droppedMs} ms`;
  level = -90;
}

function bar(name, share, text) {
  byId(name).style.width = `${Math.round(100 * Math.max(0, Math.min(1, share)))}%`;
  byId(name + '-text').textContent = text;
}

const drawSoon = atMostEvery(100, drawMeters);

/** What is going on, for tests and for whoever looks into the console. */
export const talkState = () => ({ on: Boolean(socket), id, open, held, mode: meter?.mode ?? '', modes, level: last, meter, playedSamples: played.samples, peak: played.peak });
