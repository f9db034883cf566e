import { t } from './i18n.js';
import { byId } from './dom.js';
import { json } from './api.js';

/**
 * Erases everything of the wearable that is shown, once its id was typed. What was erased, and that nothing is left, is said above the fleet:
 * the wearable itself is gone from the page by then.
 */
export function startForget(selected, forgotten) {
  byId('forget').addEventListener('submit', async event => {
    event.preventDefault();
    const id = selected(), typed = byId('forget-id').value.trim();
    byId('forget-said').textContent = '';
    if (typed !== id) {
      byId('forget-why').textContent = `${t('forgetOther')} ${id}`;
      return;
    }
    byId('forget-why').textContent = '';
    byId('forget-id').disabled = true;
    const report = await json(`/api/devices/${encodeURIComponent(id)}`, { method: 'DELETE' }).catch(error => ({ why: error.message }));
    byId('forget-id').disabled = false;
    if (report.why) {
      byId('forget-why').textContent = report.why;
      return;
    }
    byId('forget-id').value = '';
    const rows = Object.values(report.rows).reduce((sum, n) => sum + n, 0);
    byId('forget-said').textContent = `${id}: ${rows} ${t('forgetRows')}, ${report.files.length} ${t('forgetFiles')}. ${report.search.clean ? t('forgetClean') : `${t('forgetLeft')} ${report.search.left.map(left => left.file).join(', ')}`}`;
    forgotten();
  });
}
