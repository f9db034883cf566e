import { t } from './i18n.js';
import { byId, make, timeOf } from './dom.js';
import { drawMicrophone, isMicrophone } from './microphone.js';

const cards = new Map(); // device id -> its place on the page

function facts(device) {
  const health = device.health ?? {};
  return [
    device.heart?.bpm != null ? `${t('heart')} ${Math.round(device.heart.bpm)} ${t('bpm')}` : null,
    device.mode ? t('mode.' + device.mode) : null,
    device.board === 'simulator' ? t('simulated') : device.board,
    device.fw ? `${t('firmware')} ${device.fw}` : null,
    health.bat != null ? `${t('battery')} ${health.bat} %` : null,
    health.heap != null ? `${t('heap')} ${Math.round(health.heap / 1024)} KB` : null,
    health.rssi != null ? `${t('rssi')} ${health.rssi} dBm` : null,
    health.over != null ? `${t('overruns')} ${health.over}` : null,
    device.lastSeen ? `${t('seen')} ${timeOf(device.lastSeen)}` : null,
  ].filter(fact => fact);
}

function cardOf(id, choose) {
  const item = make('li'), card = make('button', 'card'), name = make('span', 'name'), online = make('span'), microphone = make('p'), list = make('p', 'facts');
  card.type = 'button';
  card.dataset.device = id;
  name.append(make('span', '', id), online);
  card.append(name, microphone, list);
  card.addEventListener('click', () => choose(id));
  item.append(card);
  return { item, card, online, microphone, list, shown: '' };
}

// Only what differs from what is shown: twenty wearables tell more than the browser should draw.
function draw(place, device, selected) {
  place.card.setAttribute('aria-pressed', String(device.id === selected));
  const online = t(device.online ? 'online' : 'offline'), list = facts(device);
  if (place.online.textContent !== online) {
    place.online.textContent = online;
    place.online.className = device.online ? 'online' : 'online off';
  }
  const state = device.online && isMicrophone(device.mic) ? device.mic : 'unknown';
  drawMicrophone(place.microphone, state, 'mic.' + state);
  if (place.shown === list.join('\n')) return;
  place.shown = list.join('\n');
  while (place.list.childElementCount > list.length) place.list.lastElementChild.remove();
  while (place.list.childElementCount < list.length) place.list.append(make('span'));
  list.forEach((fact, i) => { if (place.list.children[i].textContent !== fact) place.list.children[i].textContent = fact; });
}

/** Draws one card per wearable; the selected one is pressed. */
export function drawFleet(devices, selected, choose) {
  const list = [...devices.values()].sort((a, b) => b.online - a.online || a.id.localeCompare(b.id));
  for (const device of list) {
    if (!cards.has(device.id)) cards.set(device.id, cardOf(device.id, choose));
    draw(cards.get(device.id), device, selected);
  }
  for (const id of [...cards.keys()]) if (!devices.has(id)) cards.delete(id);
  const items = list.map(device => cards.get(device.id).item), host = byId('fleet');
  if (items.length !== host.childElementCount || items.some((item, i) => item !== host.children[i])) {
    const focused = document.activeElement;
    host.replaceChildren(...items);
    if (host.contains(focused)) focused.focus();
  }
  byId('fleet-count').textContent = items.length ? `${list.filter(d => d.online).length} / ${items.length} ${t('online')}` : '';
  byId('empty').hidden = items.length > 0;
}
