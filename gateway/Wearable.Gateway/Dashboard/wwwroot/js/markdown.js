import { make } from './dom.js';

/** Shows the Markdown that our own cards use: headings, paragraphs, lists, tables, code. Text enters as text, never as markup. */
export function markdown(text) {
  const host = make('div', 'markdown');
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length;) {
    const line = lines[i];
    if (line.startsWith('```')) {
      const end = lines.indexOf('```', i + 1);
      host.append(make('pre', '', lines.slice(i + 1, end < 0 ? undefined : end).join('\n')));
      host.lastElementChild.tabIndex = 0; // it may scroll
      i = end < 0 ? lines.length : end + 1;
    } else if (line.startsWith('#')) {
      const [, marks, title] = /^(#+)\s*(.*)/.exec(line);
      host.append(inline(make(marks.length === 1 ? 'h3' : 'h4'), title));
      i++;
    } else if (line.startsWith('|')) i = block(lines, i, at => at.startsWith('|'), rows => host.append(table(rows)));
    else if (line.startsWith('- ')) i = block(lines, i, at => /^(- |  )/.test(at), items => host.append(list(items)));
    else if (line.trim() === '') i++;
    else i = block(lines, i, at => at.trim() !== '' && !/^(#|\||- |```)/.test(at), words => host.append(inline(make('p'), words.join(' '))));
  }
  return host;
}

function block(lines, from, belongs, show) {
  let to = from + 1;
  while (to < lines.length && belongs(lines[to])) to++;
  show(lines.slice(from, to));
  return to;
}

const cells = row => row.replace(/^\||\|\s*$/g, '').split('|').map(cell => cell.trim());

function table(rows) {
  const body = rows.filter(row => !/^\|[\s:|-]*-[\s:|-]*$/.test(row)).map(cells);
  const frame = make('div', 'wide'), element = make('table');
  frame.tabIndex = 0;
  const lineOf = (row, tag) => {
    const line = make('tr');
    line.append(...row.map(cell => inline(make(tag), cell)));
    return line;
  };
  const titled = rows.length > body.length && body[0].some(cell => cell !== '');
  if (titled) {
    const head = make('thead');
    head.append(lineOf(body[0], 'th'));
    element.append(head);
  }
  const main = make('tbody');
  main.append(...body.slice(rows.length > body.length ? 1 : 0).map(row => lineOf(row, 'td')));
  element.append(main);
  frame.append(element);
  return frame;
}

function list(items) {
  const element = make('ul');
  for (const item of items) {
    if (item.startsWith('- ')) element.append(inline(make('li'), item.slice(2)));
    else inline(element.lastElementChild, ' ' + item.trim());
  }
  return element;
}

function inline(element, text) {
  for (const part of text.split(/(`[^`]+`|\*\*[^*]+\*\*)/)) {
    if (part.startsWith('`')) element.append(make('code', '', part.slice(1, -1)));
    else if (part.startsWith('**')) element.append(make('strong', '', part.slice(2, -2)));
    else element.append(part);
  }
  return element;
}
