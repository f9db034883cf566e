import { t } from './i18n.js';
import { byId, make } from './dom.js';
import { json } from './api.js';

const body = (method, text) => ({ method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) });
const path = (id, number) => `/api/memory/${encodeURIComponent(id)}${number ? '/' + number : ''}`;
let shown = '';
let of = null;

export function startMemory() {
  byId('memory-new').addEventListener('submit', event => {
    event.preventDefault();
    change(path(of), body('POST', byId('memory-text').value)).then(kept => { if (kept) byId('memory-text').value = ''; });
  });
  byId('memory-all').addEventListener('click', () => change(path(of), { method: 'DELETE' }));
}

/** Reads what the wearable was asked to remember. Someone may be editing a fact: what did not change is not drawn anew. */
export async function showMemory(id, ask = false, redraw = false) {
  if (id === of && !ask) return;
  of = id;
  const memory = await json(path(id));
  if (of !== id) return;
  byId('memory-off').hidden = memory.remembers;
  byId('memory-new').hidden = !memory.remembers;
  byId('memory-all').hidden = memory.facts.length < 2;
  byId('memory-none').hidden = memory.facts.length > 0;
  const now = id + JSON.stringify([memory.facts, memory.kinds]);
  if (now === shown && !redraw) return;
  shown = now;
  byId('memory').replaceChildren(...memory.facts.map((fact, index) => row(fact, index, memory.kinds[index])));
}

function row(fact, index, kind) {
  const item = make('li'), text = make('input'), drop = make('button', '', t('deleteFact'));
  text.type = 'text';
  text.value = fact;
  text.maxLength = 200;
  text.setAttribute('aria-label', `${t('memory')} ${index + 1}`);
  text.addEventListener('change', () => change(path(of, index + 1), body('PUT', text.value)));
  drop.type = 'button';
  drop.setAttribute('aria-label', `${t('deleteFact')}: ${fact}`);
  drop.addEventListener('click', () => change(path(of, index + 1), { method: 'DELETE' }));
  item.append(text, drop);
  if (kind === 'summary') item.append(make('small', '', t('memorySummary')));
  return item;
}

// What is shown afterwards is what the gateway has, also when it refused.
async function change(where, how) {
  const why = await json(where, how).then(() => '', error => error.message);
  byId('memory-said').textContent = why;
  await showMemory(of, true, true);
  return !why;
}
