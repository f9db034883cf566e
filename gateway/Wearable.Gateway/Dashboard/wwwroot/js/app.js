import { t, toggleLanguage, translatePage } from './i18n.js';
import { atMostEvery, byId } from './dom.js';
import { House } from './house.js';
import { follow } from './live.js';
import { nameTheme, startTheme, toggleTheme } from './theme.js';
import { drawFleet } from './fleet.js';
import { showHeart } from './heart.js';
import { addBeats, addReading, loadLive, rebuildLive } from './heart-live.js';
import { historyOf, rebuildHistory, startHistory } from './history.js';
import { showDay } from './day.js';
import { showTurns } from './turns.js';
import { rebuildScores, showScores } from './wake.js';
import { showDevice } from './device.js';
import { drawTopic, rebuildPlot, showTopics, startTopics } from './topics.js';
import { drawAbout, showAbout } from './about.js';
import { showSettings } from './settings.js';
import { showMemory, startMemory } from './memory.js';
import { startForget } from './forget.js';
import { addLog, drawLog } from './log.js';
import { drawTalk, startTalk } from './talk.js';

const Kinds = ['status', 'info', 'state', 'wake', 'near', 'keyword', 'speech', 'button', 'fault', 'heart', 'beats', 'health', 'ack', 'turn', 'config', 'dropped'];
const none = [];
const house = new House();
let selected = null;
let up = false;
let wished = null; // the wearable that this browser is about to be: looked at as soon as it is there

async function refresh() {
  await house.load();
  if (house.devices.get(wished)?.online) [selected, wished] = [wished, null];
  if (!house.devices.has(selected)) selected = [...house.devices.values()].sort((a, b) => b.online - a.online || b.lastSeen - a.lastSeen)[0]?.id ?? null;
  if (selected) await choose(selected); else draw();
}

async function choose(id) {
  selected = id;
  historyOf(id);
  draw();
  const heart = await house.loadDevice(id);
  if (selected !== id) return;
  draw(); // the charts need their places to be shown
  loadLive(heart);
}

// Twenty wearables tell a hundred things in the time an eye takes: a part is drawn again only when what it shows is another.
function draw() {
  if (document.hidden) return;
  drawFleet(house.devices, selected, id => { wished = null; choose(id).catch(report); });
  drawLog();
  const device = house.devices.get(selected);
  byId('detail').hidden = !device || view() !== 'house';
  if (!device) return;
  byId('detail-title').textContent = device.id;
  ifNew('heart', [device.heart], showHeart);
  if (house.days.has(selected)) ifNew('day', [house.days.get(selected)], showDay);
  ifNew('turns', [selected, device.turn, house.turns.get(selected) ?? none], (...turns) => showTurns(...turns, () => { shown.delete('turns'); draw(); }));
  ifNew('scores', [house.scores.get(selected) ?? none], showScores);
  ifNew('device', [device, house.faults.get(selected) ?? none, device.health, device.fw, device.board, device.words, device.thr, device.model], showDevice);
  ifNew('settings', [house.settings.get(selected)], showSettings);
  ifNew('memory', [selected], id => showMemory(id).catch(report));
}

const shown = new Map();

function ifNew(part, inputs, show) {
  const before = shown.get(part);
  if (before && inputs.every((input, i) => input === before[i])) return;
  shown.set(part, inputs);
  show(...inputs);
}

const places = { house: 'side', topics: 'topics-view', about: 'about-view' };
const view = () => location.hash.slice(1) in places ? location.hash.slice(1) : 'house';

function drawView() {
  for (const [name, place] of Object.entries(places)) {
    byId(place).hidden = name !== view();
    if (name === view()) byId('to-' + name).setAttribute('aria-current', 'page'); else byId('to-' + name).removeAttribute('aria-current');
  }
  showTopics(view() === 'topics');
  if (view() === 'about') showAbout().catch(report);
  draw();
}

const drawSoon = atMostEvery(200, draw);

function drawStream() {
  byId('stream').textContent = t(up ? 'streamUp' : 'streamDown');
  byId('stream').classList.toggle('down', !up);
}

function take(kind, event) {
  addLog(kind, event);
  if (event.device && (!house.take(kind, event) || event.device === wished)) refresh().catch(report);
  if (event.device === selected && kind === 'heart') addReading(event.at / 1000, house.devices.get(selected).heart.bpm, event.data.q);
  if (event.device === selected && kind === 'beats') addBeats(event.at / 1000, event.data.ibi, event.data.q);
  if (event.device === selected && kind === 'turn' && event.phase === 'done') showMemory(selected, true).catch(report); // "remember that"
  if (event.device === selected && kind === 'config') house.loadSettings(selected).then(drawSoon).catch(report);
  drawSoon();
}

function report(error) {
  addLog('page', { at: Date.now(), data: String(error) });
  drawSoon();
}

function rebuildCharts() {
  rebuildLive();
  rebuildHistory();
  rebuildScores();
  rebuildPlot();
}

function drawAll() {
  shown.clear();
  translatePage();
  byId('language').textContent = t('language');
  nameTheme();
  drawStream();
  showScores([]); // words in the new language
  if (selected) showMemory(selected, true, true).catch(report);
  drawTopic();
  drawTalk();
  drawAbout();
  draw();
  rebuildCharts();
}

startTheme();
startHistory(report);
startTopics(report);
startForget(() => selected, () => refresh().catch(report));
startMemory();
startTalk(id => { wished = id; });
window.addEventListener('hashchange', drawView);
document.addEventListener('visibilitychange', draw);
byId('language').addEventListener('click', () => { toggleLanguage(); drawAll(); });
byId('theme').addEventListener('click', () => { toggleTheme(); nameTheme(); rebuildCharts(); });
drawAll();
drawView();
follow('/api/live', Kinds, {
  up: () => { up = true; drawStream(); refresh().catch(report); },
  down: () => { up = false; drawStream(); },
  take,
});
setInterval(() => { if (selected && up) house.loadDay(selected).then(draw).catch(report); }, 60_000);
