/** What all charts share: colours of the theme, axes, size. */
export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const axis = () => ({ stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' });

const seconds = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minutes = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const days = new Intl.DateTimeFormat([], { month: 'short', day: 'numeric' });
const months = new Intl.DateTimeFormat([], { month: 'short', year: 'numeric' });

/** Labels of a time axis, as fine as the distance between its marks needs. */
export function timeLabels(chart, splits) {
  const step = splits.length > 1 ? splits[1] - splits[0] : 60;
  const format = step < 60 ? seconds : step < 86400 ? minutes : step < 20 * 86400 ? days : months;
  const span = splits.at(-1) - splits[0];
  return splits.map(at => (format === minutes && span > 86400 * 1.5 && new Date(at * 1000).getHours() === 0 ? days : format).format(at * 1000));
}

/** Makes a chart that follows the width of its place; gives null without the chart library. */
export function makeChart(host, height, options, data) {
  if (!window.uPlot || !host.clientWidth) return null;
  return new uPlot({ width: host.clientWidth, height, legend: { show: false }, ...options }, data, host);
}

/** Keeps a chart as wide as its place; `make` is asked when there is none yet. */
export function keepWidth(host, height, current, make) {
  new ResizeObserver(() => {
    if (!host.clientWidth) return;
    const chart = current();
    if (!chart) make();
    else if (chart.width !== host.clientWidth) chart.setSize({ width: host.clientWidth, height });
  }).observe(host);
}
