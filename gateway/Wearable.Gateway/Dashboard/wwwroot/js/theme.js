import { byId } from './dom.js';
import { t } from './i18n.js';

/** Light or dark: as chosen here, else as the system wants it. */
export function startTheme() {
  document.documentElement.dataset.theme = localStorage.getItem('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

export function toggleTheme() {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', next);
  document.documentElement.dataset.theme = next;
}

export function nameTheme() {
  byId('theme').textContent = t(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
}
