import { byId, make, timeOf } from './dom.js';

const Limit = 200;

/** Adds one event at the top; the oldest beyond 200 goes. */
export function addLog(kind, event) {
  const list = byId('log');
  const item = make('li', kind === 'fault' ? 'fault' : '');
  const topic = (event.topic ?? kind).split('/').slice(3).join('/') || kind;
  item.append(make('span', '', timeOf(event.at ?? Date.now())), make('span', 'topic', `${event.device ?? ''} ${topic}`.trim()), make('span', 'payload', JSON.stringify(event.data ?? event)));
  list.prepend(item);
  while (list.childElementCount > Limit) list.lastElementChild.remove();
}
