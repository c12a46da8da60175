// Draws what growth.mjs has measured, a small SVG for each thing that grows, readable on light and dark.
// node bench/rooms/plots.mjs [reports/growth.json] [docs/growth]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const from = path.resolve(root, process.argv[2] ?? 'reports/growth.json');
const to = path.resolve(root, process.argv[3] ?? 'docs/growth');
const LABELS = {
  readers: 'readers of a room',
  rooms: 'rooms of two',
  connections: 'connections that say nothing, beside a room of 50',
  size: 'bytes of a message, room of 50',
  history: 'messages that a durable room of 50 already has',
};
const [WIDTH, HEIGHT] = [360, 200];
const PLOT = { left: 44, right: 340, top: 30, bottom: 156 };
const STYLE = `text{font:11px system-ui,sans-serif;fill:#57606a}.grid{stroke:#8c959f;stroke-opacity:.35}
.line{fill:none;stroke:#0969da;stroke-width:2}.dot{fill:#0969da}.value{font-weight:600;fill:#1f2328}
@media(prefers-color-scheme:dark){text{fill:#9198a1}.line{stroke:#58a6ff}.dot{fill:#58a6ff}.value{fill:#f0f6fc}}`;

const short = (n) => (n >= 1e6 ? `${n / 1e6}M` : n >= 10_000 ? `${n / 1_000}k` : n.toLocaleString('en'));
const round = (n) => Number(n.toFixed(1));

/** The least of 1, 2, 5, 10, 20 … that is not below `value`. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= value);
}

/** The x axis is logarithmic, where zero counts as a tenth of the first step; the y axis is linear from 0. */
function draw(label, points) {
  const logs = points.map(({ x }) => Math.log10(x || points[1].x / 10));
  const most = roundUp(Math.max(...points.map(({ microseconds }) => microseconds)) * 1.15);
  const across = (log) =>
    round(PLOT.left + 14 + ((log - logs[0]) / (logs.at(-1) - logs[0])) * (PLOT.right - PLOT.left - 28));
  const up = (value) => round(PLOT.bottom - (value / most) * (PLOT.bottom - PLOT.top));
  const grid = [0, most / 2, most].map(
    (value) =>
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${up(value)}" y2="${up(value)}"/>` +
      `<text x="${PLOT.left - 6}" y="${up(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const dots = points.map(({ x, microseconds }, n) => {
    const [cx, cy] = [across(logs[n]), up(microseconds)];
    return (
      `<circle class="dot" cx="${cx}" cy="${cy}" r="3"/>` +
      `<text class="value" x="${cx}" y="${cy - 8}" text-anchor="middle">${microseconds}</text>` +
      `<text x="${cx}" y="${PLOT.bottom + 16}" text-anchor="middle">${short(x)}</text>`
    );
  });
  const line = points.map(({ microseconds }, n) => `${across(logs[n])},${up(microseconds)}`).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="CPU per delivery by ${label}">`,
    `<style>${STYLE}</style>`,
    `<text x="4" y="14">µs of CPU per delivery</text>`,
    ...grid,
    `<polyline class="line" points="${line}"/>`,
    ...dots,
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${label}</text>`,
    '</svg>\n',
  ].join('\n');
}

const figures = JSON.parse(readFileSync(from, 'utf8'));
mkdirSync(to, { recursive: true });
for (const [name, label] of Object.entries(LABELS)) {
  const points = figures.filter((each) => each.name === name);
  if (points.length > 1) writeFileSync(path.join(to, `${name}.svg`), draw(label, points));
}
