import { t } from './i18n.js';
import { byId, make } from './dom.js';

/** Today's sums of one wearable, and its readings of today as files. */
export function showDay(day) {
  const facts = [];
  const add = (name, value) => facts.push(make('dt', '', t(name)), make('dd', '', value));
  add('day.resting', day.resting ? `${day.resting.bpm} ${t('bpm')}` : t('day.noRest'));
  if (day.lowestBpm !== null) add('day.range', `${day.lowestBpm} – ${day.highestBpm} ${t('bpm')}`);
  add('day.measured', `${day.measuredMinutes} min`);
  for (const zone of day.zones ?? []) if (zone.minutes > 0) add('zone.' + zone.name, `${zone.minutes} min`);
  if (!day.zones) add('day.zones', t('day.noAge'));
  if (day.variability?.minutes > 0) add('day.variability', `RMSSD ${day.variability.rmssdMs} ms, SDNN ${day.variability.sdnnMs} ms (${t('day.estimate')})`);
  if (day.reEstimatedReadings > 0) add('day.again', String(day.reEstimatedReadings));
  byId('day').replaceChildren(...facts);
  byId('day-files').replaceChildren(...['csv', 'fhir', 'omh'].map(format => {
    const link = make('a', '', t('day.' + format));
    link.href = `/api/heart/export?device=${encodeURIComponent(day.device)}&from=${day.date}&format=${format}`;
    return link;
  }));
}
