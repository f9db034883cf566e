import { t } from './i18n.js';
import { byId, make, timeOf } from './dom.js';

const Stages = ['end_ms', 'text_ms', 'answer_ms', 'speech_ms', 'audio_ms', 'done_ms'];

/** The current turn: one bar per stage, each from the end of the stage before it. */
export function showTurn(turn) {
  const phase = byId('turn-phase');
  phase.className = turn && (turn.phase === 'failed' || turn.phase === 'rejected') ? 'phase failed' : 'phase';
  phase.textContent = turn ? t('phase.' + turn.phase) + (turn.why ? `: ${turn.why}` : '') : t('noTurns');
  const stages = turn?.stages ?? {};
  // The playing itself takes seconds; the waterfall is scaled to what the person waits for.
  const scale = Math.max(1000, ...Stages.slice(0, 5).map(s => stages[s] ?? 0)) * 1.08;
  let from = 0;
  byId('stages').replaceChildren(...Stages.map(stage => {
    const ms = stages[stage];
    const item = make('li');
    const track = make('div', 'track');
    if (ms !== undefined) {
      const bar = make('div', 'bar');
      const start = Math.min(100, Math.max(0, from) / scale * 100);
      bar.style.left = `${start}%`;
      bar.style.width = `${Math.max(0.6, Math.min(100 - start, (ms - Math.max(0, from)) / scale * 100))}%`;
      track.append(bar);
      from = ms;
    }
    item.append(make('span', '', t('stage.' + stage)), track, make('span', 'ms', ms === undefined ? '' : `${ms} ms`));
    return item;
  }));
}

export function showTurns(turns) {
  byId('turns').replaceChildren(...turns.slice(0, 8).map(turn => {
    const item = make('li');
    const first = turn.stages?.audio_ms;
    item.append(make('span', 'muted', timeOf(turn.at)), make('span', '', t('phase.' + turn.phase) + (turn.why ? `: ${turn.why}` : '')),
      make('span', 'muted', first === undefined ? '' : `${first} ms ${t('toFirstSound')}`));
    return item;
  }));
}

export function showWakes(wakes) {
  if (!wakes.length) {
    byId('wakes').replaceChildren(make('li', 'muted', t('noWakes')));
    return;
  }
  byId('wakes').replaceChildren(...wakes.slice(0, 8).map(wake => {
    const item = make('li');
    const meter = make('span', 'meter');
    const fill = make('i');
    fill.style.width = `${wake.score}%`;
    const mark = make('b');
    mark.style.left = `${wake.thr}%`;
    meter.append(fill, mark);
    item.append(make('span', 'muted', timeOf(wake.at)), make('span', '', wake.word), meter,
      make('span', 'muted', `${t('score')} ${wake.score} · ${t('threshold')} ${wake.thr}`));
    return item;
  }));
}
