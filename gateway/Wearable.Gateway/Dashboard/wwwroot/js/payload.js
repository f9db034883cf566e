/** Payloads as people read them: most are flat JSON, some a bare word or number, some hexadecimal. */
const parsed = text => { try { return JSON.parse(text); } catch { return text; } };

const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);

const shown = value => typeof value === 'string' ? value : JSON.stringify(value);

/** One field a line. */
export function pretty(text) {
  const value = parsed(text);
  return isObject(value) ? Object.entries(value).map(([name, of]) => `${name}: ${shown(of)}`).join('\n') : text;
}

/** What became of the fields: [name, before, after], only those that changed. */
export function differences(before, after) {
  const a = parsed(before), b = parsed(after);
  if (!isObject(a) || !isObject(b)) return before === after ? [] : [['', before, after]];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.filter(name => shown(a[name]) !== shown(b[name])).map(name => [name, name in a ? shown(a[name]) : '', name in b ? shown(b[name]) : '']);
}

/** The numbers in a payload by field; a bare number has the empty name. */
export function numbersOf(text) {
  const value = parsed(text);
  if (typeof value === 'number') return new Map([['', value]]);
  return new Map(isObject(value) ? Object.entries(value).filter(([, of]) => typeof of === 'number') : []);
}
