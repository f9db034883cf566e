import { t } from './i18n.js';
import { byId, make, timeOf } from './dom.js';

const kilobytes = bytes => `${Math.round(bytes / 1024)} KB`;

function duration(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} d ${Math.floor(minutes / 60) % 24} h`;
}

/** What the wearable says of itself, with its faults below. */
export function showDevice(device, faults) {
  const health = device.health ?? {};
  const facts = [];
  const add = (name, value, bad) => {
    if (value !== null && value !== undefined && value !== '') facts.push(make('dt', '', t(name)), make('dd', bad ? 'bad' : '', String(value)));
  };
  add('firmware', device.fw);
  add('contract', device.contract);
  add('runtime', device.clr);
  add('board', device.board === 'simulator' ? t('simulated') : device.board);
  add('wakeWords', device.words?.split(',').map((word, i) => device.thr?.[i] === undefined ? word : `${word} (${t('threshold')} ${device.thr[i]})`).join(', '));
  add('model', device.model);
  add('battery', health.bat == null ? null : `${health.bat} %`, health.bat <= 15);
  add('heap', health.heap == null ? null : `${kilobytes(health.heap)} (${t('lowest')} ${kilobytes(health.heap_low)})`);
  add('rssi', health.rssi == null ? null : `${health.rssi} dBm`, health.rssi < -80);
  add('overruns', health.over, health.over > 0);
  add('dropped', health.drop, health.drop > 0);
  add('reconnects', health.reconn);
  add('worstLoop', health.loop_ms == null ? null : `${health.loop_ms} ms`, health.loop_ms > 150);
  add('collections', health.gc);
  add('uptime', health.up == null ? null : duration(health.up));
  add('reset', health.reset);
  byId('device').replaceChildren(...facts);
  byId('device-none').hidden = facts.length > 0;
  byId('faults').replaceChildren(...(faults.length ? faults.slice(0, 20).map(row) : [make('li', 'muted', t('noFaults'))]));
}

function row(fault) {
  const item = make('li', 'fault');
  const times = fault.count > 1 ? ` × ${fault.count}` : '';
  item.append(make('span', 'muted', timeOf(fault.at)), make('strong', '', `${fault.what ?? '?'}${times}`));
  if (fault.text) item.append(make('span', '', fault.text));
  return item;
}
