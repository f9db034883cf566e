import { t } from './i18n.js';
import { byId, make } from './dom.js';

/** The big number, or why there is none. */
export function showHeart(heart) {
  const trusted = heart && heart.bpm !== null && heart.bpm !== undefined;
  const number = byId('bpm');
  number.className = trusted ? 'bpm' : 'bpm none';
  number.replaceChildren(trusted ? String(Math.round(heart.bpm)) : '–');
  if (trusted) number.append(make('small', '', t('bpm')));
  byId('heart-state').textContent = t('st.' + (heart?.st ?? 'none'));
  byId('heart-quality').textContent = trusted ? `${t('quality')} ${heart.q} / 100` : t('noRate');
}
