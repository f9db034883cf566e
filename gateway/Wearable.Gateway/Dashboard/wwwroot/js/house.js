import { json, of } from './api.js';

const KeepEvents = 60;
const KeepTurns = 20;
const Over = ['done', 'failed', 'rejected'];

/** What this page knows of the house: its wearables and, of each one looked at, turns, wake scores, faults and beats. Newest first. */
export class House {
  devices = new Map();
  turns = new Map();
  scores = new Map();
  faults = new Map();
  days = new Map();
  settings = new Map();
  asked = 0;
  answered = 0;
  during = []; // what came live while the list is read: the list may be older

  async load() {
    const mine = ++this.asked;
    const list = await json('/api/devices').finally(() => { if (mine === this.asked) this.answered = mine; });
    if (mine < this.asked) return; // a later answer follows, or came already
    this.devices = new Map(list.map(device => [device.id, device]));
    const missed = this.during;
    this.during = [];
    for (const [kind, event] of missed) this.take(kind, event, true);
  }

  /** Reads what is stored of one wearable; gives its heart columns. */
  async loadDevice(id) {
    const ask = of(id);
    const [heart, again, beats, turns, wake, near, faults, day, settings] = await Promise.all([
      json(`/api/heart?${ask}&minutes=10`), json(`/api/heart/again?${ask}`), json(`/api/beats?${ask}&minutes=10`), json(`/api/turns?${ask}&limit=${KeepTurns}`),
      json(`/api/events?${ask}&kind=wake`), json(`/api/events?${ask}&kind=near`), json(`/api/events?${ask}&kind=fault&limit=30`), json(`/api/heart/day?${ask}`), json(`/api/settings?${ask}`),
    ]);
    this.turns.set(id, turns);
    this.scores.set(id, this.withLive(this.scores.get(id), [...wake, ...near].filter(event => isWord(event.data)).map(scoreOf)));
    this.faults.set(id, this.withLive(this.faults.get(id), faults.map(event => ({ at: event.at, ...fault(event.data) }))));
    this.days.set(id, day);
    this.settings.set(id, settings);
    return { heart, again, beats };
  }

  async loadSettings(id) {
    this.settings.set(id, await json(`/api/settings?${of(id)}`));
  }

  async loadDay(id) {
    this.days.set(id, await json(`/api/heart/day?${of(id)}`));
  }

  /** Takes a live event; false when it is of a wearable not known yet. */
  take(kind, event, again = false) {
    if (this.asked !== this.answered) this.during.push([kind, event]);
    const device = this.devices.get(event.device);
    if (!device) return false;
    const data = event.data;
    device.lastSeen = event.at;
    switch (kind) {
      case 'status': device.online = data === 'online'; break;
      case 'info': Object.assign(device, { board: data.board, fw: data.fw, contract: data.contract, clr: data.clr, words: data.words, thr: data.thr, model: data.model }); break;
      case 'state': Object.assign(device, { mode: data.mode, mic: data.mic, link: data.link, online: true }); break;
      case 'health': device.health = data; break;
      case 'heart': device.heart = { bpm: data.bpm10 === null ? null : data.bpm10 / 10, q: data.q, st: data.st, at: event.at }; break;
      case 'wake': case 'near': if (!again && isWord(data)) this.put(this.scores, event.device, scoreOf({ at: event.at, kind, data }), KeepEvents); break;
      case 'fault': if (!again) this.put(this.faults, event.device, { at: event.at, ...fault(data) }, KeepEvents); break;
      case 'turn': this.takeTurn(device, event); break;
    }
    return true;
  }

  takeTurn(device, event) {
    const stages = Object.fromEntries(Object.entries(event.data).filter(([key]) => key.endsWith('_ms')));
    const { sid, safety = '', why = '', heard = '', answer = '' } = event.data;
    device.turn = { sid, phase: event.phase, stages, safety, why, heard, answer, at: event.at };
    if (!Over.includes(event.phase)) return;
    const list = (this.turns.get(device.id) ?? []).filter(turn => turn.sid !== sid);
    this.turns.set(device.id, [device.turn, ...list].slice(0, KeepTurns));
  }

  // What came live while the stored ones were read may not have been stored yet.
  withLive(live = [], stored) {
    const key = event => JSON.stringify(event), known = new Set(stored.map(key));
    return [...live.filter(event => !known.has(key(event))), ...stored].sort((a, b) => b.at - a.at).slice(0, KeepEvents);
  }

  put(map, id, value, most) {
    map.set(id, [value, ...(map.get(id) ?? [])].slice(0, most));
  }
}

// A turn may begin by the button, which is no word and has no score.
const isWord = data => Number.isFinite(data?.score) && data.word !== 'button';
const scoreOf = ({ at, kind, data }) => ({ at, near: kind === 'near', word: data.word, score: data.score, thr: data.thr, db: data.db });
const fault = data => (typeof data === 'string' ? { what: data } : { what: data?.what, count: data?.count, text: data?.text, since: data?.since });
