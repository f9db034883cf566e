import { t } from './i18n.js';
import { byId, make, timeOf } from './dom.js';
import { axis, colour, keepWidth, makeChart, timeLabels } from './chart.js';

const Height = 150;
const Listed = 8;

let chart = null;
let scores = [];

/** Wake words and near misses of one wearable, newest first: each score as a dot, the threshold as a line, the newest in words. */
export function showScores(list) {
  if (list === scores && chart) return;
  scores = list;
  byId('wakes').replaceChildren(...(list.length ? list.slice(0, Listed).map(row) : [make('li', 'muted', t('noWakes'))]));
  byId('wake-chart').hidden = list.length === 0;
  const data = columns();
  if (chart) chart.setData(data); else rebuildScores();
}

export function rebuildScores() {
  const host = byId('wake-chart');
  chart?.destroy();
  host.setAttribute('aria-label', t('wakeChart'));
  const dots = name => ({ stroke: 'transparent', points: { show: true, size: 8, width: 2, stroke: colour(name), fill: name === '--accent' ? colour(name) : colour('--panel') } });
  chart = makeChart(host, Height, {
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true, range }, y: { range: [0, 100] } },
    axes: [{ ...axis(), values: timeLabels }, { ...axis(), size: 44 }],
    series: [{}, dots('--accent'), dots('--warn'), { stroke: colour('--muted'), width: 1.5, dash: [6, 4], points: { show: false }, paths: window.uPlot?.paths.stepped({ align: 1 }) }],
  }, columns());
}

// Of what is shown, with room at both ends; the chart library would give a single dot a year.
function range() {
  const times = scores.map(s => s.at / 1000), from = Math.min(...times), to = Math.max(...times), room = Math.max(20, (to - from) * 0.04);
  return times.length ? [from - room, to + room] : [0, 60];
}

function columns() {
  const old = [...scores].sort((a, b) => a.at - b.at);
  return [old.map(s => s.at / 1000), old.map(s => s.near ? null : s.score), old.map(s => s.near ? s.score : null), old.map(s => s.thr)];
}

function row(wake) {
  const item = make('li', wake.near ? 'near' : '');
  const meter = make('span', 'meter');
  const fill = make('i');
  fill.style.width = `${Math.min(100, Math.max(0, wake.score))}%`;
  const mark = make('b');
  mark.style.left = `${Math.min(100, Math.max(0, wake.thr))}%`;
  meter.append(fill, mark);
  item.append(make('span', 'muted', timeOf(wake.at)), make('span', '', wake.word), make('span', wake.near ? 'badge warn' : 'badge', t(wake.near ? 'near' : 'heard')), meter,
    make('span', 'muted', `${t('score')} ${wake.score} · ${t('threshold')} ${wake.thr}${wake.db === undefined ? '' : ` · ${wake.db} dB`}`));
  return item;
}

keepWidth(byId('wake-chart'), Height, () => chart, rebuildScores);
