import { t } from './i18n.js';
import { byId, make, timeOf } from './dom.js';
import { json } from './api.js';
import { axis, colour, keepWidth, makeChart, timeLabels } from './chart.js';
import { differences, numbersOf, pretty } from './payload.js';

const Height = 150;
const EveryMs = 1000;
const Envelope = ['b', 'n', 'ts', 'v', 'id']; // in every message; a plot of them says nothing

const topics = new Map();
let sequence = 0;
let picked = null;
let history = [];
let field = null;
let chart = null;
let timer = null;
let report = () => {};

/** Puts the explorer in place; faults are told to `tell`. */
export function startTopics(tell) {
  report = tell;
  byId('topic-filter').addEventListener('input', drawTree);
  byId('plot-field').addEventListener('change', event => { field = event.target.value; rebuildPlot(); });
  byId('publish').addEventListener('click', askFirst);
  byId('publish-yes').addEventListener('click', () => publish().catch(tell));
  byId('publish-no').addEventListener('click', () => confirmed(false));
  keepWidth(byId('plot'), Height, () => chart, rebuildPlot);
}

/** The gateway is asked for changes only while the explorer is looked at. */
export function showTopics(show) {
  clearInterval(timer);
  timer = null;
  if (!show) return;
  poll();
  timer = setInterval(poll, EveryMs);
}

async function poll() {
  if (document.hidden) return;
  try {
    const got = await json(`/api/topics?since=${sequence}`);
    if (got.sequence < sequence) { topics.clear(); sequence = 0; return; } // the gateway began anew
    const known = topics.size;
    sequence = got.sequence;
    for (const topic of got.topics) topics.set(topic.topic, topic);
    byId('topic-count').textContent = `${topics.size} ${t('topics')}${got.beyond ? ` (${got.beyond} ${t('beyond')})` : ''}`;
    if (topics.size !== known || got.topics.length) drawTree();
    if (picked && got.topics.some(topic => topic.topic === picked)) await look();
  } catch (error) { report(error); }
}

// The levels of the names as nested groups; those closed by hand stay closed.
function drawTree() {
  const closed = new Set([...byId('tree').querySelectorAll('details:not([open])')].map(group => group.dataset.path));
  const focused = document.activeElement?.dataset?.topic ?? document.activeElement?.parentElement?.dataset?.path;
  const wanted = byId('topic-filter').value.trim().toLowerCase();
  const root = { groups: new Map(), leaves: [] };
  for (const topic of [...topics.values()].sort((a, b) => a.topic.localeCompare(b.topic))) {
    if (wanted && !topic.topic.toLowerCase().includes(wanted)) continue;
    const levels = topic.topic.split('/');
    let at = root;
    for (const level of levels.slice(0, -1)) {
      if (!at.groups.has(level)) at.groups.set(level, { groups: new Map(), leaves: [] });
      at = at.groups.get(level);
    }
    at.leaves.push([levels.at(-1), topic]);
  }
  byId('tree').replaceChildren(branch(root, '', closed));
  if (focused) document.querySelector(`[data-topic="${CSS.escape(focused)}"], [data-path="${CSS.escape(focused)}"] > summary`)?.focus();
}

function branch(node, path, closed) {
  const list = make('ul');
  for (const [name, child] of node.groups) {
    const item = make('li'), group = make('details');
    group.dataset.path = `${path}${name}/`;
    group.open = !closed.has(group.dataset.path);
    group.append(make('summary', '', name || '/'), branch(child, group.dataset.path, closed));
    item.append(group);
    list.append(item);
  }
  for (const [name, topic] of node.leaves) {
    const item = make('li'), button = make('button', 'leaf');
    button.type = 'button';
    button.dataset.topic = topic.topic;
    button.setAttribute('aria-pressed', String(topic.topic === picked));
    button.append(make('strong', '', name));
    if (topic.retained) button.append(make('span', 'badge', t('retained')));
    button.append(make('span', 'muted value', topic.last.payload.slice(0, 80)), make('span', 'muted', String(topic.count)));
    button.addEventListener('click', () => pick(topic.topic));
    item.append(button);
    list.append(item);
  }
  return list;
}

function pick(topic) {
  [picked, field] = [topic, null];
  byId('publish-topic').value = topic;
  drawTree();
  look().catch(report);
}

async function look() {
  const topic = picked;
  const got = await json(`/api/topics/history?topic=${encodeURIComponent(topic)}`);
  if (topic !== picked) return;
  history = got;
  drawTopic();
}

/** The topic looked at, in the language of now. */
export function drawTopic() {
  const topic = topics.get(picked);
  byId('topic-none').hidden = Boolean(topic);
  byId('topic-view').hidden = !topic;
  if (!topic || !history.length) return;
  byId('topic-name').textContent = topic.topic;
  byId('topic-facts').textContent = [topic.retained ? t('retained') : t('notRetained'), `QoS ${history[0].qos}`, `${topic.count} ${t('messages')}`, history[0].from, timeOf(history[0].at)].filter(part => part).join(' · ');
  byId('payload').textContent = pretty(history[0].payload);
  const changes = history[1] ? differences(history[1].payload, history[0].payload) : [];
  byId('difference').replaceChildren(...(changes.length ? changes.map(([name, before, after]) => {
    const item = make('li');
    item.append(make('span', 'muted', name), make('del', '', before), make('ins', '', after));
    return item;
  }) : [make('li', 'muted', t('noDifference'))]));
  byId('history-list').replaceChildren(...history.map(message => {
    const item = make('li');
    item.append(make('span', 'muted', timeOf(message.at)), make('span', '', message.payload));
    return item;
  }));
  const fields = [...numbersOf(history[0].payload).keys()];
  if (!fields.includes(field)) field = fields.find(name => !Envelope.includes(name)) ?? fields[0] ?? null;
  byId('plot-field').replaceChildren(...fields.map(name => {
    const option = make('option', '', name || t('value'));
    option.value = name;
    option.selected = name === field;
    return option;
  }));
  byId('plot-part').hidden = fields.length === 0;
  rebuildPlot();
}

export function rebuildPlot() {
  chart?.destroy();
  chart = null;
  if (field === null) return;
  const points = [...history].reverse().map(message => [message.at / 1000, numbersOf(message.payload).get(field) ?? null]);
  byId('plot').setAttribute('aria-label', `${t('plot')}: ${field}`);
  chart = makeChart(byId('plot'), Height, {
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true, range: (u, min, max) => min == null ? [0, 60] : min === max ? [min - 30, max + 30] : [min, max] } },
    axes: [{ ...axis(), values: timeLabels }, { ...axis(), size: 60 }],
    series: [{}, { stroke: colour('--accent'), width: 2, points: { show: true, size: 5, fill: colour('--accent') } }],
  }, [points.map(p => p[0]), points.map(p => p[1])]);
}

const wish = () => ({ topic: byId('publish-topic').value.trim(), payload: byId('publish-payload').value, retain: byId('publish-retain').checked, qos: 1 });

// A command makes a device do something: it is shown once more before it goes.
function askFirst() {
  byId('publish-said').textContent = '';
  byId('publish-ask').textContent = `${t('publishAsk')} ${wish().topic}`;
  confirmed(true);
  byId('publish-yes').focus();
}

function confirmed(asking) {
  byId('publish-confirm').hidden = !asking;
  byId('publish').disabled = asking;
  if (!asking) byId('publish').focus();
}

async function publish() {
  const sent = wish();
  confirmed(false);
  try {
    await json('/api/topics/publish', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(sent) });
    byId('publish-said').textContent = `${t('published')} ${sent.topic}`;
    byId('publish-said').className = 'small';
    await poll();
    pick(sent.topic);
  } catch (error) {
    byId('publish-said').textContent = error.message;
    byId('publish-said').className = 'small bad';
  }
}
