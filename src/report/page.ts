/**
 * A report as one HTML file that needs nothing else: curves, recordings, tables, configuration. No script: it reads the same for ever, on
 * paper too. Follows the reader's light or dark scheme.
 */
import { type Chart, runMark, shortNumber } from './charts.ts';
import type { ReportedRun } from './reportedRun.ts';
import { type Cell, configurationTable, evaluationTable, summaryTable, type Table } from './tables.ts';

const style = `
:root { color-scheme: light dark; --text: #1c1c1e; --muted: #55555a; --line: #d8d8dc; --ground: #fff; --mark: #fff3d6 }
@media (prefers-color-scheme: dark) { :root { --text: #ececf0; --muted: #a9a9b2; --line: #3a3a40; --ground: #16161a; --mark: #453708 } }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 84rem; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem } p { margin: .25rem 0; color: var(--muted) }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: 1.5rem }
figure { margin: 0 } figcaption { font-weight: 600 } figcaption small { font-weight: 400; color: var(--muted) }
svg { width: 100%; height: auto } svg text { fill: var(--muted) }
ul { list-style: none; margin: 1rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem } li svg { width: 1.5rem; margin-right: .5rem; vertical-align: middle }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums } caption { text-align: left; color: var(--muted) }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top } td.number, th.number { text-align: right } tr.differs { background: var(--mark) }
tbody th { font-weight: 500 } th, td { white-space: nowrap }
.recordings { display: flex; flex-wrap: wrap; gap: 1.5rem } img { max-width: 100%; image-rendering: pixelated; border-radius: 4px } code { font-size: .9em }
`;

export function reportPage(title: string, runs: readonly ReportedRun[], charts: readonly Chart[]): string {
  const shown = runs.filter(({ recording }) => recording !== undefined);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
<h1>${escaped(title)}</h1>
<p>${escaped(subtitle(runs))}</p>
<ul>${runs.map(({ name }, i) => `<li><svg viewBox="0 0 24 6" aria-hidden="true">${runMark(i)}</svg>${escaped(name)}</li>`).join('')}</ul>
<h2>Runs</h2>
${tableHtml(summaryTable(runs))}
<h2>Curves over agent steps</h2>
${charts.length === 0 ? '<p>There is no curve yet: no game has ended.</p>' : `<div class="curves">${charts.map(chartHtml).join('\n')}</div>`}
${shown.length === 0 ? '' : `<h2>Recordings</h2>\n<div class="recordings">${shown.map(recordingHtml).join('\n')}</div>`}
${runs
  .filter(({ evaluations }) => evaluations.length > 0)
  .map((run) => `<h2>Evaluations of ${escaped(run.name)}</h2>\n${tableHtml(evaluationTable(run))}`)
  .join('\n')}
<h2>Configuration</h2>
${tableHtml(configurationTable(runs))}
</html>
`;
}

/** What all runs have in common, in words. */
export function subtitle(runs: readonly ReportedRun[]): string {
  const games = [...new Set(runs.map(({ summary }) => summary.game))];
  const steps = runs.reduce((sum, { summary }) => sum + summary.agentSteps, 0);
  const count = runs.length === 1 ? 'One run' : `${runs.length} runs`;
  return `${count} of ${games.join(', ')}; ${shortNumber(steps)} agent steps${runs.length === 1 ? '' : ' in all'}.`;
}

function chartHtml({ title, unit, svg }: Chart): string {
  const label = `${title} over agent steps`;
  const accessible = svg.replace('<svg', `<svg role="img" aria-label="${escaped(label)}"`);
  return `<figure><figcaption>${escaped(title)}${unit === '' ? '' : ` <small>${escaped(unit)}</small>`}</figcaption>${accessible}</figure>`;
}

function recordingHtml({ name, recording }: ReportedRun): string {
  const { file, bytes } = recording!;
  const data = Buffer.from(bytes).toString('base64');
  return `<figure><img alt="${escaped(`${name} plays, ${file}`)}" src="data:image/gif;base64,${data}"><figcaption>${escaped(name)} <small>${escaped(file)}</small></figcaption></figure>`;
}

function tableHtml({ caption, columns, rows }: Table): string {
  const tag = (kind: 'td' | 'th', { text, isNumber }: Cell, more = '') =>
    `<${kind}${isNumber ? ' class="number"' : ''}${more}>${escaped(text)}</${kind}>`;
  const head = columns.map((cell) => tag('th', cell, ' scope="col"')).join('');
  const body = rows.map(({ cells, isMarked }) => {
    const [first, ...rest] = cells;
    return `<tr${isMarked ? ' class="differs"' : ''}>${tag('th', first, ' scope="row"')}${rest.map((cell) => tag('td', cell)).join('')}</tr>`;
  });
  return `<div class="wide" tabindex="0" role="region" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

/** Names of runs and of fields come from files. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
