import { t } from './i18n.js';
import { byId, make } from './dom.js';
import { json, of } from './api.js';
import { axis, colour, keepWidth, makeChart, timeLabels } from './chart.js';
import { showLive } from './heart-live.js';

const Height = 240;
const Minute = 60, Day = 86400;
const Spans = { live: 0, hour: 3600, day: Day, week: 7 * Day, month: 30 * Day, year: 365 * Day };

let chart = null;
let device = null;
let range = null; // [from, to] in seconds; null while live is shown
let asked = 0;
let state = { columns: 0, readings: 0, from: 0, to: 0, tookMs: 0, columnMs: 0 };
let data = [[], [], [], []]; // time, lowest, highest, mean
let report = () => {};

/** Puts the buttons in place; faults are told to `tell`. */
export function startHistory(tell) {
  report = tell;
  const moves = { '−': ['zoom.out', () => zoom(2)], '+': ['zoom.in', () => zoom(0.5)], '←': ['zoom.back', () => shift(-0.5)], '→': ['zoom.on', () => shift(0.5)] };
  byId('spans').append(...Object.keys(Spans).map(name => {
    const button = make('button', 'span');
    button.type = 'button';
    button.dataset.span = name;
    button.dataset.i18n = 'span.' + name;
    button.setAttribute('aria-pressed', String(name === 'live'));
    button.addEventListener('click', () => choose(name));
    return button;
  }));
  byId('moves').append(...Object.entries(moves).map(([sign, [name, act]]) => {
    const button = make('button', 'span', sign);
    button.type = 'button';
    button.dataset.i18nLabel = name;
    button.addEventListener('click', act);
    return button;
  }));
  keepWidth(byId('history'), Height, () => chart, rebuildHistory);
}

/** Another wearable is looked at. */
export function historyOf(id) {
  if (id === device) return;
  device = id;
  if (range) load();
}

function choose(name) {
  const now = Date.now() / 1000;
  go(Spans[name] ? [now - Spans[name], now] : null, name);
}

function go(next, name) {
  range = next;
  for (const button of byId('spans').children) button.setAttribute('aria-pressed', String(button.dataset.span === name));
  byId('history').hidden = byId('moves').hidden = byId('history-note').hidden = !range;
  byId('live-key').hidden = Boolean(range);
  showLive(!range);
  if (range) load();
}

function zoom(factor) {
  const middle = (range[0] + range[1]) / 2;
  const half = Math.min(10 * 365 * Day, Math.max(Minute, (range[1] - range[0]) * factor)) / 2;
  go([Math.max(0, middle - half), middle + half], '');
}

function shift(share) {
  const by = (range[1] - range[0]) * share;
  go([Math.max(0, range[0] + by), range[1] + by], '');
}

// Only as many columns as the place has pixels are asked for; an answer overtaken by another question is dropped.
async function load() {
  const mine = ++asked, began = performance.now();
  const [from, to] = range.map(at => Math.round(at * 1000));
  const points = Math.min(4000, Math.max(100, byId('history').clientWidth || 1000));
  try {
    const got = await json(`/api/heart/history?${of(device)}&from=${from}&to=${to}&points=${points}`);
    if (mine !== asked || !range) return;
    take(got);
    rebuildHistory();
    state = { columns: got.t.length, readings: got.n.reduce((a, b) => a + b, 0), from, to, tookMs: performance.now() - began, columnMs: got.columnMs };
    byId('history-note').textContent = state.readings ? `${state.readings.toLocaleString()} ${t('readings')} · ${t('dragToZoom')}` : t('noReadings');
  } catch (error) { report(error); }
}

// Where a column is missing nothing was received; the line is cut there.
function take(got) {
  data = [[], [], [], []];
  got.t.forEach((at, i) => {
    if (i && at - got.t[i - 1] > Math.max(12_000, got.columnMs * 1.5)) [(got.t[i - 1] + got.columnMs) / 1000, null, null, null].forEach((value, c) => data[c].push(value));
    [(at + got.columnMs / 2) / 1000, got.low[i], got.high[i], got.mean[i]].forEach((value, c) => data[c].push(value));
  });
}

export function rebuildHistory() {
  const host = byId('history');
  chart?.destroy();
  chart = null;
  if (!range) return;
  host.setAttribute('aria-label', t('historyChart'));
  chart = makeChart(host, Height, {
    cursor: { drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: true, range: () => range }, y: { range: (u, min, max) => min == null ? [50, 100] : [Math.max(20, Math.floor(min / 10) * 10 - 10), Math.ceil(max / 10) * 10 + 10] } },
    axes: [{ ...axis(), values: timeLabels }, { ...axis(), size: 44 }],
    bands: [{ series: [2, 1], fill: colour('--accent-soft') }],
    series: [{}, edge(), edge(), { stroke: colour('--heart'), width: 1.5, spanGaps: false, points: { show: false } }],
    hooks: { setSelect: [select] },
  }, data);
}

const edge = () => ({ stroke: colour('--accent'), width: 0.5, spanGaps: false, points: { show: false } });

function select(u) {
  if (u.select.width < 4) return;
  const from = u.posToVal(u.select.left, 'x'), to = u.posToVal(u.select.left + u.select.width, 'x');
  u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  const least = Math.max(Minute, to - from), middle = (from + to) / 2;
  go([middle - least / 2, middle + least / 2], '');
}

/** What the chart holds, for tests and for whoever looks into the console. */
export const historyState = () => state;
