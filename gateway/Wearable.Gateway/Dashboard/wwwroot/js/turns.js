import { t } from './i18n.js';
import { byId, make, timeOf } from './dom.js';

const Stages = ['end_ms', 'text_ms', 'answer_ms', 'speech_ms', 'audio_ms', 'done_ms'];
const Listed = 8;

let picked = null; // a past turn that is looked at instead of the newest
let device = null;

/** The newest turn, or a past one that was chosen, as a waterfall, and the list of the last. */
export function showTurns(id, newest, turns, redraw) {
  if (id !== device) [device, picked] = [id, null];
  const turn = turns.find(past => past.sid === picked) ?? newest ?? turns[0];
  showTurn(turn);
  const focused = document.activeElement?.dataset?.turn;
  byId('turns').replaceChildren(...turns.slice(0, Listed).map(past => {
    const item = make('li');
    const button = make('button', 'turn');
    button.type = 'button';
    button.dataset.turn = past.sid;
    button.setAttribute('aria-pressed', String(past.sid === turn?.sid));
    const first = past.stages?.audio_ms;
    button.append(make('span', 'muted', timeOf(past.at)), make('span', isBad(past) ? 'bad' : '', phaseOf(past)), track(past.stages ?? {}, true),
      make('span', 'muted', first === undefined ? '' : `${first} ms ${t('toFirstSound')}`));
    button.addEventListener('click', () => { picked = past.sid === picked ? null : past.sid; redraw(); });
    item.append(button);
    return item;
  }));
  if (focused) document.querySelector(`[data-turn="${CSS.escape(focused)}"]`)?.focus();
}

const isBad = turn => turn.phase === 'failed' || turn.phase === 'rejected';
const phaseOf = turn => t('phase.' + turn.phase) + (turn.why ? `: ${turn.why}` : '');

function showTurn(turn) {
  const phase = byId('turn-phase');
  phase.className = turn && isBad(turn) ? 'phase failed' : 'phase';
  phase.textContent = turn ? `${timeOf(turn.at)} · ${phaseOf(turn)}` : t('noTurns');
  const stages = turn?.stages ?? {};
  byId('stages').replaceChildren(...Stages.map((stage, i) => {
    const ms = stages[stage];
    const item = make('li');
    const line = make('div', 'track');
    if (ms !== undefined) line.append(bar(stages, i));
    item.append(make('span', '', t('stage.' + stage)), line, make('span', 'ms', ms === undefined ? '' : `${ms} ms`));
    return item;
  }));
  const words = [];
  if (turn?.heard) words.push(make('dt', '', t('heardWords')), make('dd', '', turn.heard));
  if (turn?.answer) words.push(make('dt', '', t('answerWords')), make('dd', '', turn.answer));
  if (turn?.safety) words.push(make('dt', '', t('safety')), make('dd', '', turn.safety));
  byId('turn-words').replaceChildren(...words);
}

// All stages in one line.
function track(stages, small) {
  const line = make('span', small ? 'track small' : 'track');
  Stages.slice(0, 5).forEach((stage, i) => { if (stages[stage] !== undefined) line.append(bar(stages, i)); });
  return line;
}

// The playing itself takes seconds; the waterfall is scaled to what the person waits for.
function bar(stages, i) {
  const scale = Math.max(1000, ...Stages.slice(0, 5).map(stage => stages[stage] ?? 0)) * 1.08;
  const from = Math.max(0, ...Stages.slice(0, i).map(stage => stages[stage] ?? 0));
  const start = Math.min(100, from / scale * 100);
  const element = make('i', `bar s${i}`);
  element.style.left = `${start}%`;
  element.style.width = `${Math.max(0.6, Math.min(100 - start, (stages[Stages[i]] - from) / scale * 100))}%`;
  return element;
}
