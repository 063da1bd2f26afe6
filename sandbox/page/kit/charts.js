import { h, s, uid } from './dom.js';

/** The `data_visualization` block as SVG, with a legend and its figures as a table for those who do not see it. */

const WIDE = 640;
const PAD = { left: 52, right: 14, top: 12, bottom: 28 };
const PLOT = { wide: WIDE - PAD.left - PAD.right, high: 202 };
const HIGH = PAD.top + PLOT.high + PAD.bottom;
const TITLE = 18; // more below, for the title of the x axis

const PLOTS = { line, area, bar };

export function dataVisualization(block) {
  const chart = block.chart ?? {};
  const titleId = uid('chart');
  const drawing = chart.type === 'pie' ? pie(chart) : axes(chart);
  return h('figure', { class: 'chart', 'aria-labelledby': titleId },
    h('figcaption', { class: 'chart-title', id: titleId }, block.title ?? 'Chart'),
    drawing ?? h('div', { class: 'unsupported' }, `unsupported chart: ${chart.type}`),
    h('details', { class: 'chart-figures' }, h('summary', {}, 'Show as table'), figures(chart)));
}

const fill = (n) => `var(--chart-${(n % 6) + 1})`;

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

function axes(chart) {
  const draw = PLOTS[chart.type];
  if (!draw) return null;
  const series = chart.series ?? [];
  const labels = chart.axis_config?.categories ?? series[0]?.data.map((point) => point.label) ?? [];
  const values = series.map((each) => labels.map((label) => each.data.find((point) => point.label === label)?.value ?? null));
  const scale = valueScale(values.flat().filter((value) => value !== null));
  const geometry = { labels, values, scale, x: (n) => PAD.left + (PLOT.wide * (n + 0.5)) / Math.max(labels.length, 1) };
  const svg = s('svg', { class: 'chart-svg', viewBox: `0 0 ${WIDE} ${HIGH + (chart.axis_config?.x_label ? TITLE : 0)}`, role: 'img', 'aria-label': summary(chart, series, labels) },
    grid(scale), ticks(labels, geometry.x), axisTitles(chart.axis_config), values.map((row, n) => draw(row, n, geometry, series[n].name)));
  return h('div', { class: 'chart-frame' }, svg, legend(series.map((each) => each.name)));
}

/** Round steps from zero (or below it) to the largest value. */
function valueScale(values) {
  const top = Math.max(0, ...values);
  const low = Math.min(0, ...values);
  const rough = (top - low || 1) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * unit >= rough) * unit;
  const max = Math.ceil(top / step) * step || step;
  const min = Math.floor(low / step) * step;
  const steps = Array.from({ length: Math.round((max - min) / step) + 1 }, (_none, n) => min + n * step);
  return { steps, y: (value) => PAD.top + PLOT.high * (1 - (value - min) / (max - min)) };
}

function grid({ steps, y }) {
  return steps.map((value) => s('g', { class: 'chart-grid' },
    s('line', { x1: PAD.left, x2: WIDE - PAD.right, y1: y(value), y2: y(value), class: value === 0 ? 'zero' : '' }),
    s('text', { x: PAD.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, short.format(value))));
}

/** Category labels; where there are many, only every second, third … is written. */
function ticks(labels, x) {
  const longest = Math.max(...labels.map((label) => String(label).length), 1);
  const room = PLOT.wide / labels.length;
  const every = Math.max(1, Math.ceil((Math.min(longest, 14) * 6.4 + 6) / room));
  const cut = (label) => (label.length > 14 ? `${label.slice(0, 13)}…` : label);
  return labels.map((label, n) => n % every === 0 && s('text', { class: 'chart-tick', x: x(n), y: PAD.top + PLOT.high + 18, 'text-anchor': 'middle' }, cut(String(label))));
}

function axisTitles(config) {
  const middle = PAD.top + PLOT.high / 2;
  return [
    config?.x_label && s('text', { class: 'chart-axis', x: PAD.left + PLOT.wide / 2, y: HIGH + TITLE - 8, 'text-anchor': 'middle' }, config.x_label),
    config?.y_label && s('text', { class: 'chart-axis', x: 12, y: middle, 'text-anchor': 'middle', transform: `rotate(-90 12 ${middle})` }, config.y_label),
  ];
}

const tip = (name, label, value) => s('title', {}, `${name}, ${label}: ${value}`);

function points(row, { x, scale }) {
  return row.map((value, n) => (value === null ? null : [x(n), scale.y(value)])).filter(Boolean);
}

function line(row, n, geometry, name) {
  const path = points(row, geometry).map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
  const dots = row.map((value, i) => value !== null && s('circle', { cx: geometry.x(i), cy: geometry.scale.y(value), r: 3.5, fill: fill(n) }, tip(name, geometry.labels[i], value)));
  return s('g', {}, s('polyline', { points: path, fill: 'none', stroke: fill(n), 'stroke-width': 2.2, 'stroke-linejoin': 'round', 'stroke-dasharray': n > 2 ? '5 4' : null }), dots);
}

function area(row, n, geometry, name) {
  const at = points(row, geometry);
  if (at.length === 0) return null;
  const zero = geometry.scale.y(0).toFixed(1);
  const shape = `${at[0][0].toFixed(1)},${zero} ${at.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')} ${at.at(-1)[0].toFixed(1)},${zero}`;
  return s('g', {}, s('polygon', { points: shape, fill: fill(n), opacity: 0.28 }), line(row, n, geometry, name));
}

function bar(row, n, { labels, values, scale, x }, name) {
  const group = Math.min((PLOT.wide / labels.length) * 0.72, 42 * values.length);
  const wide = group / values.length;
  return row.map((value, i) => {
    if (value === null) return null;
    const top = Math.min(scale.y(value), scale.y(0));
    const tall = Math.max(Math.abs(scale.y(value) - scale.y(0)), 1);
    return s('rect', { x: x(i) - group / 2 + n * wide + 1, y: top, width: Math.max(wide - 2, 1), height: tall, rx: 2.5, fill: fill(n) }, tip(name, labels[i], value));
  });
}

function pie(chart) {
  const segments = chart.segments ?? [];
  const total = segments.reduce((sum, each) => sum + Math.max(each.value, 0), 0);
  if (!total) return h('div', { class: 'muted' }, 'Nothing to show');
  const share = (value) => `${Math.round((100 * value) / total)} %`;
  const spoken = segments.map((each) => `${each.label} ${share(each.value)}`).join(', ');
  let from = 0;
  const slices = segments.map((each, n) => {
    const to = from + Math.max(each.value, 0) / total;
    const node = slice(from, to, n, `${each.label}: ${each.value} (${share(each.value)})`);
    from = to;
    return node;
  });
  const svg = s('svg', { class: 'chart-svg pie', viewBox: '-100 -100 200 200', role: 'img', 'aria-label': `Pie chart: ${spoken}` }, slices, s('circle', { r: 52, class: 'pie-hole' }), s('text', { class: 'pie-total', 'text-anchor': 'middle', y: 8 }, short.format(total)));
  return h('div', { class: 'chart-frame pie-frame' }, svg, legend(segments.map((each) => each.label), segments.map((each) => `${each.value} · ${share(each.value)}`)));
}

function slice(from, to, n, words) {
  if (to - from >= 0.9999) return s('circle', { r: 94, fill: fill(n) }, s('title', {}, words));
  const at = (turn) => [Math.sin(turn * 2 * Math.PI) * 94, -Math.cos(turn * 2 * Math.PI) * 94].map((value) => value.toFixed(2)).join(' ');
  return s('path', { class: 'pie-slice', d: `M0 0L${at(from)}A94 94 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`, fill: fill(n) }, s('title', {}, words));
}

function legend(names, notes = []) {
  if (names.length < 2 && notes.length === 0) return null;
  return h('ul', { class: 'legend' }, names.map((name, n) => h('li', {}, h('span', { class: 'legend-dot', style: { background: fill(n) } }), name, notes[n] && h('span', { class: 'muted' }, notes[n]))));
}

function summary(chart, series, labels) {
  const kind = { line: 'Line', bar: 'Bar', area: 'Area' }[chart.type];
  return `${kind} chart of ${series.map((each) => each.name).join(', ')} over ${labels.length} categories; the figures follow as a table`;
}

function figures(chart) {
  const pairs = chart.segments?.map((each) => [each.label, [each.value]]);
  const labels = chart.axis_config?.categories ?? chart.series?.[0]?.data.map((point) => point.label) ?? [];
  const rows = pairs ?? labels.map((label) => [label, (chart.series ?? []).map((each) => each.data.find((point) => point.label === label)?.value ?? '')]);
  const heads = chart.segments ? ['', 'Value'] : [chart.axis_config?.x_label ?? '', ...(chart.series ?? []).map((each) => each.name)];
  return h('table', { class: 'table' },
    h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, rows.map(([label, values]) => h('tr', {}, h('th', { scope: 'row' }, label), values.map((value) => h('td', { class: 'align-right' }, value))))));
}
