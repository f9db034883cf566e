import { t, toggleLanguage, translatePage } from './i18n.js';
import { byId } from './dom.js';
import { drawFleet } from './fleet.js';
import { addHeart, loadHeart, rebuild, showHeart } from './heart.js';
import { showDay } from './day.js';
import { showTurn, showTurns, showWakes } from './turns.js';
import { addLog } from './log.js';

const Kinds = ['status', 'info', 'state', 'wake', 'keyword', 'speech', 'button', 'fault', 'heart', 'beats', 'health', 'ack', 'turn', 'config', 'dropped'];
const devices = new Map();
const turns = new Map();
const wakes = new Map();
const days = new Map();
let selected = null;
let streamUp = false;

async function json(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function refresh() {
  devices.clear();
  for (const device of await json('/api/devices')) devices.set(device.id, device);
  if (!devices.has(selected)) selected = [...devices.values()].sort((a, b) => b.online - a.online || b.lastSeen - a.lastSeen)[0]?.id ?? null;
  if (selected) await choose(selected); else draw();
}

async function choose(id) {
  selected = id;
  draw();
  const query = `device=${encodeURIComponent(id)}`;
  const [heart, list, day, again] = await Promise.all([json(`/api/heart?${query}&minutes=10`), json(`/api/turns?${query}&limit=8`), json(`/api/heart/day?${query}`), json(`/api/heart/again?${query}`)]);
  if (selected !== id) return;
  turns.set(id, list);
  days.set(id, day);
  loadHeart(heart, again);
  draw();
}

async function refreshDay(id) {
  days.set(id, await json(`/api/heart/day?device=${encodeURIComponent(id)}`));
  draw();
}

function draw() {
  drawFleet(devices, selected, choose);
  const device = devices.get(selected);
  byId('detail').hidden = !device;
  if (!device) return;
  byId('detail-title').textContent = device.id;
  showHeart(device.heart);
  if (days.has(selected)) showDay(days.get(selected));
  showTurn(device.turn);
  showTurns(turns.get(selected) ?? []);
  showWakes(wakes.get(selected) ?? []);
}

function drawStream() {
  byId('stream').textContent = t(streamUp ? 'streamUp' : 'streamDown');
  byId('stream').classList.toggle('down', !streamUp);
}

function take(kind, event) {
  addLog(kind, event);
  if (!event.device) return;
  let device = devices.get(event.device);
  if (!device) {
    refresh().catch(report);
    return;
  }
  device.lastSeen = event.at;
  const data = event.data;
  switch (kind) {
    case 'status': device.online = data === 'online' || data?.online === true || data?.status === 'online'; break;
    case 'info': Object.assign(device, { board: data.board, fw: data.fw, words: data.words, thr: data.thr, model: data.model }); break;
    case 'state': Object.assign(device, { mode: data.mode, mic: data.mic, link: data.link, online: true }); break;
    case 'health': device.health = data; break;
    case 'wake': wakes.set(event.device, [{ at: event.at, word: data.word, score: data.score, thr: data.thr }, ...(wakes.get(event.device) ?? [])].slice(0, 20)); break;
    case 'heart':
      device.heart = { bpm: data.bpm10 === null ? null : data.bpm10 / 10, q: data.q, st: data.st, at: event.at };
      if (event.device === selected) addHeart(event.at / 1000, device.heart.bpm, data.q);
      break;
    case 'turn': takeTurn(device, event); break;
  }
  draw();
}

function takeTurn(device, event) {
  const stages = Object.fromEntries(Object.entries(event.data).filter(([key]) => key.endsWith('_ms')));
  device.turn = { sid: event.data.sid, phase: event.phase, stages, why: event.data.why ?? '', at: event.at };
  if (['done', 'failed', 'rejected'].includes(event.phase)) {
    const list = (turns.get(event.device) ?? []).filter(turn => turn.sid !== event.data.sid);
    turns.set(event.device, [device.turn, ...list].slice(0, 20));
  }
}

function report(error) {
  addLog('page', { at: Date.now(), data: String(error) });
}

function connect() {
  const live = new EventSource('/api/live');
  live.onopen = () => { streamUp = true; drawStream(); refresh().catch(report); };
  live.onerror = () => { streamUp = false; drawStream(); };
  for (const kind of Kinds) live.addEventListener(kind, message => take(kind, JSON.parse(message.data)));
}

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme').textContent = t(theme === 'dark' ? 'light' : 'dark');
}

function drawAll() {
  translatePage();
  byId('language').textContent = t('language');
  applyTheme(document.documentElement.dataset.theme);
  drawStream();
  draw();
  rebuild();
}

document.documentElement.dataset.theme = localStorage.getItem('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
byId('language').addEventListener('click', () => { toggleLanguage(); drawAll(); });
byId('theme').addEventListener('click', () => {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', next);
  applyTheme(next);
  rebuild();
});
drawAll();
connect();
setInterval(() => { if (selected && streamUp) refreshDay(selected).catch(report); }, 60_000);
