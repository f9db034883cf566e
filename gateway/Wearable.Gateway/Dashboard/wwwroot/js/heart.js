import { t } from './i18n.js';
import { byId } from './dom.js';

const KeepSeconds = 3600;
const WindowSeconds = 600;
const GapSeconds = 12; // readings come every 2 to 5 s; a longer silence is a gap, not a line

let chart = null;
let data = [[], [], [], []];

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Starts over with the stored columns of one wearable. */
export function loadHeart(columns, again) {
  data = [[], [], [], []];
  const readings = columns.t.map((at, i) => [at, columns.bpm[i], columns.q[i], null]).concat(again.t.map((at, i) => [at, null, 0, again.bpm[i]]));
  for (const [at, bpm, quality, later] of readings.sort((a, b) => a[0] - b[0])) push(at, bpm, quality, later);
  rebuild();
}

/** Adds one live reading. */
export function addHeart(at, bpm, quality) {
  push(at, bpm, quality);
  while (data[0].length && data[0][0] < at - KeepSeconds) data.forEach(column => column.shift());
  draw();
}

// Rates found again by the gateway are dots beside the live line.
function push(at, bpm, quality, later = null) {
  const last = data[0].at(-1);
  if (last !== undefined && at - last > GapSeconds) {
    data[0].push(last + 1); data[1].push(null); data[2].push(null); data[3].push(null);
  }
  data[0].push(at); data[1].push(bpm === null ? null : quality); data[2].push(bpm); data[3].push(later);
}

export function rebuild() {
  const host = byId('chart');
  host.setAttribute('aria-label', t('chart'));
  chart?.destroy();
  chart = null;
  if (!window.uPlot || !host.clientWidth) return;
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
  chart = new uPlot({
    width: host.clientWidth, height: 230, cursor: { drag: { x: false, y: false } }, legend: { show: false },
    scales: {
      x: { time: true, range },
      bpm: { range: (u, min, max) => min == null ? [50, 100] : [Math.max(20, Math.floor(min / 10) * 10 - 10), Math.ceil(max / 10) * 10 + 10] },
      q: { range: [0, 100] },
    },
    axes: [{ ...axis, values: (u, splits) => splits.map(clock) }, { ...axis, scale: 'bpm', size: 44 }],
    series: [
      {},
      // Quality lies behind the line, 0 to 100 over the whole height.
      { scale: 'q', stroke: 'transparent', fill: colour('--accent-soft'), spanGaps: false, points: { show: false } },
      { scale: 'bpm', stroke: colour('--heart'), width: 2.5, spanGaps: false, points: { size: 5, fill: colour('--heart') } },
      { scale: 'bpm', stroke: 'transparent', points: { show: true, size: 5, stroke: colour('--warn'), fill: colour('--warn') } },
    ],
  }, data, host);
}

// At least two minutes, at most ten, so that the first reading is not a dot at the edge.
function range() {
  const now = Date.now() / 1000;
  const first = data[0].find(at => at > now - WindowSeconds) ?? now;
  return [Math.min(now - 120, Math.max(now - WindowSeconds, first)), now];
}

const clock = seconds => new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

function draw() {
  if (chart) chart.setData(data); else rebuild();
}

/** The big number, or why there is none. */
export function showHeart(heart) {
  const trusted = heart && heart.bpm !== null && heart.bpm !== undefined;
  const number = byId('bpm');
  number.className = trusted ? 'bpm' : 'bpm none';
  number.replaceChildren(trusted ? String(Math.round(heart.bpm)) : '–');
  if (trusted) {
    const unit = document.createElement('small');
    unit.textContent = t('bpm');
    number.append(unit);
  }
  byId('heart-state').textContent = t('st.' + (heart?.st ?? 'none'));
  byId('heart-quality').textContent = trusted ? `${t('quality')} ${heart.q} / 100` : t('noRate');
}

new ResizeObserver(() => {
  if (chart && chart.width !== byId('chart').clientWidth) chart.setSize({ width: byId('chart').clientWidth, height: 230 });
}).observe(byId('chart'));
setInterval(() => chart?.setData(data), 2000);
