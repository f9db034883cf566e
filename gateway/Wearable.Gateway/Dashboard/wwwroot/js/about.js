import { t } from './i18n.js';
import { byId, make } from './dom.js';
import { json } from './api.js';
import { markdown } from './markdown.js';

let about = null;

/** Reads once what the gateway is made of, and shows it. */
export async function showAbout() {
  about ??= await json('/api/about');
  drawAbout();
}

/** The view in the language of now; cards stay in the language they were written in. */
export function drawAbout() {
  if (!about) return;
  const { versions, brain } = about;
  const facts = { 'about.gateway': versions.gateway, 'about.firmware': versions.firmware, contract: versions.contract, runtime: versions.runtime, 'about.brain': brain === 'skills' ? t('about.nobody') : brain };
  byId('versions').replaceChildren(...Object.entries(facts).flatMap(([name, value]) => [make('dt', '', t(name)), make('dd', '', String(value))]));
  byId('models').replaceChildren(...about.models.map(model => {
    const line = make('tr'), head = make('th', '', model.name), hash = make('td', 'muted', model.sha256.slice(0, 12) + '…');
    head.scope = 'row';
    hash.title = model.sha256;
    line.append(head, make('td', '', t('does.' + model.name)), make('td', '', `${model.package} ${model.version}`), make('td', '', model.licence), make('td', '', `${(model.bytes / 1e6).toFixed(model.bytes < 1e6 ? 2 : 1)} MB`), hash);
    return line;
  }));
  byId('model-cards').replaceChildren(...about.cards.map(card => {
    const panel = make('article', 'panel'), part = make('details');
    part.open = true;
    part.append(make('summary', 'muted small', `${t('about.card')}: ${card.name}`), markdown(card.text));
    panel.append(part);
    return panel;
  }));
}
