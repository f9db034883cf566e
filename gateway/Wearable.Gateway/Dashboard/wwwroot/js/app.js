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
import { showSettings } from './settings.js';
import { showMemory, startMemory } from './memory.js';
import { addLog, drawLog } from './log.js';

const Kinds = ['status', 'info', 'state', 'wake', 'near', 'keyword', 'speech', 'button', 'fault', 'heart', 'beats', 'health', 'ack', 'turn', 'config', 'dropped'];
const none = [];
const house = new House();
let selected = null;
let up = false;

async function refresh() {
  await house.load();
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

function draw() {
  drawFleet(house.devices, selected, id => choose(id).catch(report));
  drawLog();
  const device = house.devices.get(selected);
  byId('detail').hidden = !device || exploring();
  if (!device) return;
  byId('detail-title').textContent = device.id;
  showHeart(device.heart);
  if (house.days.has(selected)) showDay(house.days.get(selected));
  showTurns(selected, device.turn, house.turns.get(selected) ?? none, draw);
  showScores(house.scores.get(selected) ?? none);
  showDevice(device, house.faults.get(selected) ?? none);
  showSettings(house.settings.get(selected));
  showMemory(selected).catch(report);
}

const exploring = () => location.hash === '#topics';

function drawView() {
  const topics = exploring();
  byId('fleet-view').hidden = topics;
  byId('topics-view').hidden = !topics;
  byId(topics ? 'to-topics' : 'to-house').setAttribute('aria-current', 'page');
  byId(topics ? 'to-house' : 'to-topics').removeAttribute('aria-current');
  showTopics(topics);
  draw();
}

const drawSoon = atMostEvery(200, draw);

function drawStream() {
  byId('stream').textContent = t(up ? 'streamUp' : 'streamDown');
  byId('stream').classList.toggle('down', !up);
}

function take(kind, event) {
  addLog(kind, event);
  if (event.device && !house.take(kind, event)) refresh().catch(report);
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
  translatePage();
  byId('language').textContent = t('language');
  nameTheme();
  drawStream();
  showScores([]); // words in the new language
  if (selected) showMemory(selected, true, true).catch(report);
  drawTopic();
  draw();
  rebuildCharts();
}

startTheme();
startHistory(report);
startTopics(report);
startMemory();
window.addEventListener('hashchange', drawView);
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
