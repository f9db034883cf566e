import { t } from './i18n.js';
import { byId, make } from './dom.js';

/** What the owner wants of the wearable beside what it says it has. */
export function showSettings({ desired, reported } = {}) {
  const wanted = desired ?? {}, has = reported ?? {};
  const refused = typeof has.refused === 'string' ? has.refused.split(',') : [];
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(has)])].filter(name => name !== 'v' && name !== 'refused').sort();
  byId('settings').replaceChildren(...(names.length ? names.map(name => {
    const line = make('tr');
    const state = stateOf(name, wanted, has, refused);
    const head = make('th', '', name);
    head.scope = 'row';
    line.append(head, make('td', '', name in wanted ? String(wanted[name]) : '–'), make('td', '', name in has ? String(has[name]) : '–'),
      make('td', state === 'refused' ? 'bad' : '', state ? t('setting.' + state) : ''));
    return line;
  }) : [none()]));
}

function stateOf(name, wanted, has, refused) {
  if (refused.includes(name)) return 'refused';
  if (!(name in wanted)) return 'default';
  return wanted[name] === has[name] ? 'applied' : 'waiting';
}

function none() {
  const line = make('tr'), cell = make('td', 'muted', t('noSettings'));
  cell.colSpan = 4;
  line.append(cell);
  return line;
}
