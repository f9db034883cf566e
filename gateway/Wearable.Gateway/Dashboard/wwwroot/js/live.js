/**
 * One live connection to the gateway. A browser opens at most six to one host over all its tabs, so each tab has one:
 * of the wearables' events, or, while the explorer is open, of the topics.
 */
export function follow(path, kinds, { up, down, take }) {
  const source = new EventSource(path);
  source.onopen = up;
  source.onerror = down;
  for (const kind of kinds) source.addEventListener(kind, message => take(kind, JSON.parse(message.data)));
  return () => source.close();
}
