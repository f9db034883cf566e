import { t } from './i18n.js';
import { byId, make, timeOf } from './dom.js';

const paths = {
  wake: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  off: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M4 3l16 18',
  stream: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M20 5a9 9 0 0 1 0 9M4 5a9 9 0 0 0 0 9',
};

function microphone(device) {
  const state = device.online && paths[device.mic] ? device.mic : 'unknown';
  const element = make('p', 'mic ' + state);
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', paths[state] ?? paths.off);
  icon.append(path);
  element.append(icon, make('span', '', t('mic.' + state)));
  return element;
}

function facts(device) {
  const health = device.health ?? {};
  const list = [
    device.heart?.bpm != null ? `${t('heart')} ${Math.round(device.heart.bpm)} ${t('bpm')}` : null,
    device.mode ? t('mode.' + device.mode) : null,
    device.board === 'simulator' ? t('simulated') : device.board,
    device.fw ? `${t('firmware')} ${device.fw}` : null,
    health.bat != null ? `${t('battery')} ${health.bat} %` : null,
    health.heap != null ? `${t('heap')} ${Math.round(health.heap / 1024)} KB` : null,
    health.rssi != null ? `${t('rssi')} ${health.rssi} dBm` : null,
    health.over != null ? `${t('overruns')} ${health.over}` : null,
    device.lastSeen ? `${t('seen')} ${timeOf(device.lastSeen)}` : null,
  ];
  const element = make('p', 'facts');
  for (const fact of list.filter(f => f)) element.append(make('span', '', fact));
  return element;
}

/** Draws one card per wearable; the selected one is pressed. */
export function drawFleet(devices, selected, choose) {
  const focused = document.activeElement?.dataset?.device;
  const items = [...devices.values()].sort((a, b) => b.online - a.online || a.id.localeCompare(b.id)).map(device => {
    const item = make('li');
    const card = make('button', 'card');
    card.type = 'button';
    card.dataset.device = device.id;
    card.setAttribute('aria-pressed', String(device.id === selected));
    const name = make('span', 'name');
    name.append(make('span', '', device.id), make('span', device.online ? 'online' : 'online off', t(device.online ? 'online' : 'offline')));
    card.append(name, microphone(device), facts(device));
    card.addEventListener('click', () => choose(device.id));
    item.append(card);
    return item;
  });
  byId('fleet').replaceChildren(...items);
  byId('fleet-count').textContent = items.length ? `${[...devices.values()].filter(d => d.online).length} / ${items.length} ${t('online')}` : '';
  byId('empty').hidden = items.length > 0;
  if (focused) document.querySelector(`[data-device="${CSS.escape(focused)}"]`)?.focus();
}
