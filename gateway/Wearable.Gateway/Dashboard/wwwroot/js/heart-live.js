import { t } from './i18n.js';
import { byId } from './dom.js';
import { axis, colour, keepWidth, makeChart, timeLabels } from './chart.js';

const KeepSeconds = 3600;
const WindowSeconds = 600;
const GapSeconds = 12; // readings come every 2 to 5 s; a longer silence is a gap, not a line
const Height = 240;
const BeatPixels = 9;

let chart = null;
let data = [[], [], [], []]; // time, quality, rate, rate found again later
let gaps = []; // [from, to] without any reading
let beats = []; // [time, believed]
let shown = true;

/** Starts over with what is stored of one wearable. */
export function loadLive({ heart, again, beats: batches }) {
  data = [[], [], [], []];
  gaps = [];
  beats = [];
  const readings = heart.t.map((at, i) => [at, heart.bpm[i], heart.q[i], null]).concat(again.t.map((at, i) => [at, null, 0, again.bpm[i]]));
  for (const reading of readings.sort((a, b) => a[0] - b[0])) push(...reading);
  for (const batch of batches) pushBeats(batch.at / 1000, batch.ibi, batch.q);
  rebuildLive();
}

/** Adds one live reading. */
export function addReading(at, bpm, quality) {
  push(at, bpm, quality, null);
  const oldest = at - KeepSeconds;
  let old = 0;
  while (data[0][old] < oldest) old++;
  if (old) data.forEach(column => column.splice(0, old));
  gaps = gaps.filter(gap => gap[1] > oldest);
  beats = beats.filter(beat => beat[0] > oldest);
  draw();
}

/** Adds one batch of beats: the last interval ended when it was received. */
export function addBeats(at, intervalsMs, accepted) {
  pushBeats(at, intervalsMs, accepted);
  draw();
}

/** Shows or hides the chart (hidden while a longer time is looked at). */
export function showLive(show) {
  shown = show;
  byId('chart').hidden = !show;
  rebuildLive();
}

function push(at, bpm, quality, later) {
  const last = data[0].at(-1);
  if (last !== undefined && at - last > GapSeconds) {
    gaps.push([last, at]);
    data[0].push(last + 1); data[1].push(null); data[2].push(null); data[3].push(null);
  }
  data[0].push(at); data[1].push(bpm === null ? null : quality); data[2].push(bpm); data[3].push(later);
}

function pushBeats(at, intervalsMs, accepted) {
  let then = at;
  const batch = [];
  for (let i = intervalsMs.length - 1; i >= 0; i--) {
    batch.push([then, accepted[i] === 1]);
    then -= intervalsMs[i] / 1000;
  }
  beats.push(...batch.reverse());
}

export function rebuildLive() {
  const host = byId('chart');
  chart?.destroy();
  chart = null;
  if (!shown) return;
  host.setAttribute('aria-label', t('chart'));
  chart = makeChart(host, Height, {
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { time: true, range },
      bpm: { range: (u, min, max) => min == null ? [50, 100] : [Math.max(20, Math.floor(min / 10) * 10 - 10), Math.ceil(max / 10) * 10 + 10] },
      q: { range: [0, 100] },
    },
    axes: [{ ...axis(), values: timeLabels }, { ...axis(), scale: 'bpm', size: 44 }],
    series: [
      {},
      // Quality lies behind the line, 0 to 100 over the whole height.
      { scale: 'q', stroke: 'transparent', fill: colour('--accent-soft'), spanGaps: false, points: { show: false } },
      { scale: 'bpm', stroke: colour('--heart'), width: 2.5, spanGaps: false, points: { size: 4, fill: colour('--heart') } },
      { scale: 'bpm', stroke: 'transparent', points: { show: true, size: 5, stroke: colour('--warn'), fill: colour('--warn') } },
    ],
    hooks: { drawAxes: [drawGaps], draw: [drawBeats] },
  }, data);
}

// At least two minutes, at most ten, so that the first reading is not a dot at the edge.
function range() {
  const now = Date.now() / 1000;
  const first = data[0].find(at => at > now - WindowSeconds) ?? now;
  return [Math.min(now - 120, Math.max(now - WindowSeconds, first)), now];
}

function inside(u, paint) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(ctx, bbox, at => u.valToPos(at, 'x', true));
  ctx.restore();
}

// Where nothing was received the paper is hatched.
function drawGaps(u) {
  inside(u, (ctx, box, x) => {
    ctx.strokeStyle = colour('--line');
    ctx.lineWidth = 1;
    const last = data[0].at(-1);
    const now = Date.now() / 1000;
    const all = last !== undefined && now - last > GapSeconds ? [...gaps, [last, now]] : gaps;
    for (const [from, to] of all) {
      const left = Math.max(box.left, x(from)), right = Math.min(box.left + box.width, x(to));
      if (right <= left) continue;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, box.top, right - left, box.height);
      ctx.clip();
      ctx.beginPath();
      for (let at = left - box.height; at < right; at += 10 * devicePixelRatio) {
        ctx.moveTo(at, box.top + box.height);
        ctx.lineTo(at + box.height, box.top);
      }
      ctx.stroke();
      ctx.restore();
    }
  });
}

// One mark per beat along the bottom; a doubtful one has the colour of warnings and is shorter.
function drawBeats(u) {
  inside(u, (ctx, box, x) => {
    const bottom = box.top + box.height;
    ctx.lineWidth = devicePixelRatio;
    for (const believed of [true, false]) {
      ctx.strokeStyle = colour(believed ? '--heart' : '--warn');
      ctx.beginPath();
      for (const beat of beats) {
        if (beat[1] !== believed) continue;
        const at = Math.round(x(beat[0]));
        ctx.moveTo(at, bottom);
        ctx.lineTo(at, bottom - (believed ? BeatPixels : BeatPixels / 2) * devicePixelRatio);
      }
      ctx.stroke();
    }
  });
}

function draw() {
  if (!shown || document.hidden) return;
  if (chart) chart.setData(data); else rebuildLive();
}

/** What the chart holds, for tests and for whoever looks into the console. */
export const liveState = () => ({ readings: data[2].filter(bpm => bpm !== null).length, gaps: gaps.length, beats: beats.length, to: chart?.scales.x.max ?? null });

keepWidth(byId('chart'), Height, () => chart, rebuildLive);
setInterval(draw, 2000);
