import { t } from './i18n.js';
import { make } from './dom.js';

const paths = {
  wake: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  off: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M4 3l16 18',
  stream: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M20 5a9 9 0 0 1 0 9M4 5a9 9 0 0 0 0 9',
};

/** States of a microphone that have a picture. */
export const isMicrophone = state => state in paths;

/** Says in one place what a microphone does: a picture, a colour and words. Drawn again only when it changes. */
export function drawMicrophone(element, state, key) {
  if (element.dataset.state === state && element.lastElementChild?.textContent === t(key)) return;
  element.dataset.state = state;
  element.className = 'mic ' + state;
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', paths[state] ?? paths.off);
  icon.append(path);
  element.replaceChildren(icon, make('span', '', t(key)));
}
