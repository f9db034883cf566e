import { byId, make, timeOf } from './dom.js';

const Limit = 200;
let waiting = [];

/** Keeps one event for the log; drawLog shows it. */
export function addLog(kind, event) {
  waiting.push([kind, event]);
  if (waiting.length > Limit) waiting.shift();
}

/** Puts what came since at the top; the oldest beyond 200 goes. */
export function drawLog() {
  const list = byId('log');
  for (const [kind, event] of waiting) {
    const item = make('li', kind === 'fault' || kind === 'page' ? 'fault' : '');
    const topic = (event.topic ?? kind).split('/').slice(3).join('/') || kind;
    item.append(make('span', '', timeOf(event.at ?? Date.now())), make('span', 'topic', `${event.device ?? ''} ${topic}`.trim()), make('span', 'payload', JSON.stringify(event.data ?? event)));
    list.prepend(item);
  }
  waiting = [];
  while (list.childElementCount > Limit) list.lastElementChild.remove();
}
