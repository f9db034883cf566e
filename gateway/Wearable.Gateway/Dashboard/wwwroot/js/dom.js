/** Makes an element. Text from devices only ever enters as text, never as markup. */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export const byId = id => document.getElementById(id);

const time = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const dateTime = new Intl.DateTimeFormat([], { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Time of day; of another day with its date. */
export function timeOf(at) {
  const then = new Date(at);
  return (then.toDateString() === new Date().toDateString() ? time : dateTime).format(then);
}

/** Runs a drawing at most every so many ms however often it is asked for: twenty wearables tell more than an eye follows. */
export function atMostEvery(ms, draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; draw(); }, ms);
  };
}
