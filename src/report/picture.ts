/**
 * A report as one PNG: title, legend, the table of runs, curves. Drawn as SVG and turned into pixels by resvg, with fonts that come with the
 * project, so that it looks the same everywhere.
 */
import { openSvg, svgToPng } from '../run/svgPixels.ts';
import { type Chart, chartHeight, chartWidth, runMark } from './charts.ts';
import { escaped, subtitle } from './page.ts';
import type { ReportedRun } from './reportedRun.ts';
import { summaryTable, type Table } from './tables.ts';

const margin = 32;
const gap = 24;
const columns = 2;
const captionHeight = 24;
const rowHeight = 22;
/** Of a run's name, behind its mark. */
const nameIndent = 34;
/** Letters of the title for which there is room. */
const mostTitle = 80;
const width = 2 * margin + columns * chartWidth + (columns - 1) * gap;
/** Pixels of the PNG to a pixel of the SVG. */
const zoom = 1.5;
/** Of the columns of the table of runs, as shares of the width; `adapter` does not fit. */
const shares = [0.24, 0.07, 0.13, 0.05, 0.09, 0.08, 0.07, 0.08, 0.08, 0.09];

/** The PNG's bytes. */
export async function reportPicture(
  title: string,
  runs: readonly ReportedRun[],
  charts: readonly Chart[],
): Promise<Uint8Array> {
  await openSvg();
  return svgToPng(pictureSvg(title, runs, charts), zoom);
}

export function pictureSvg(title: string, runs: readonly ReportedRun[], charts: readonly Chart[]): string {
  const parts = [words(margin, margin + 22, cut(title, mostTitle), 'font-size="22" font-weight="bold"')];
  parts.push(words(margin, margin + 46, subtitle(runs), 'fill="#555"'));
  const table = summaryTable(runs);
  let y = margin + 80;
  parts.push(tableSvg(table, y, runs));
  y += (table.rows.length + 1) * rowHeight + gap;
  for (const [i, chart] of charts.entries()) {
    const x = margin + (i % columns) * (chartWidth + gap);
    const top = y + Math.floor(i / columns) * (captionHeight + chartHeight + gap);
    const unit =
      chart.unit === '' ? '' : `<tspan dx="8" fill="#555" font-weight="normal">${escaped(chart.unit)}</tspan>`;
    parts.push(`<text x="${x}" y="${top + 14}" font-weight="bold">${escaped(chart.title)}${unit}</text>`);
    parts.push(chart.svg.replace('<svg', `<svg x="${x}" y="${top + captionHeight}"`));
  }
  const height = y + Math.ceil(charts.length / columns) * (captionHeight + chartHeight + gap) + margin - gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>`;
}

/** The columns for which there is room; before each run its line. */
function tableSvg({ columns: heads, rows }: Table, top: number, runs: readonly ReportedRun[]): string {
  const room = width - 2 * margin;
  const cell = (column: number, row: number, text: string, isNumber: boolean, more: string): string => {
    const left =
      margin + room * shares.slice(0, column).reduce((sum, share) => sum + share, 0) + (column === 0 ? nameIndent : 0);
    const right = margin + room * shares.slice(0, column + 1).reduce((sum, share) => sum + share, 0) - 12;
    const place = isNumber ? `text-anchor="end" ${more}` : more;
    return words(isNumber ? right : left, top + row * rowHeight, text, place);
  };
  const marks = runs.map((_, i) => {
    return `<g transform="translate(${margin} ${top + (i + 1) * rowHeight - 8})">${runMark(i)}</g>`;
  });
  const head = heads.slice(0, shares.length).map(({ text, isNumber }, i) => cell(i, 0, text, isNumber, 'fill="#555"'));
  const body = rows.flatMap(({ cells }, row) =>
    cells.slice(0, shares.length).map(({ text, isNumber }, i) => cell(i, row + 1, shortened(text, i), isNumber, '')),
  );
  return [...head, ...marks, ...body].join('\n');
}

/** A name that is longer than its column ends with an ellipsis: a letter takes about 8 pixels. */
function shortened(text: string, column: number): string {
  const most = Math.floor((shares[column] * (width - 2 * margin) - (column === 0 ? nameIndent + 12 : 12)) / 8);
  return cut(text, most);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function words(x: number, y: number, text: string, more = ''): string {
  return `<text x="${x}" y="${y}" ${more}>${escaped(text)}</text>`;
}
