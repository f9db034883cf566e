/** The one live connection of a tab to the gateway: a browser opens at most six to one host over all its tabs. */
export function follow(path, kinds, { up, down, take }) {
  const source = new EventSource(path);
  source.onopen = up;
  source.onerror = down;
  for (const kind of kinds) source.addEventListener(kind, message => take(kind, JSON.parse(message.data)));
  return () => source.close();
}
