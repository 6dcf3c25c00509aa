/** `bun run report RUN…`: writes what there is to say of some runs as one HTML file and one picture. */
import { UserError } from '../errors.ts';
import { reportCharts } from '../report/charts.ts';
import { reportPage } from '../report/page.ts';
import { reportPicture } from '../report/picture.ts';
import { readReportedRuns } from '../report/reportedRun.ts';
import { requireWritable, writeRecording } from '../run/recordingFile.ts';
import type { Command } from './arguments.ts';
import { shown } from './words.ts';

export const reportCommand: Command = {
  spec: {
    name: 'report',
    summary: 'Write runs as one HTML file and one picture: curves, tables, configuration, a recording.',
    positionals: ['RUN…'],
    flags: [
      {
        flag: '--out',
        placeholder: 'FILE',
        help: 'The HTML file; the picture lies beside it as .png [report-<run>.html, or report.html for several]',
      },
      { flag: '--title', placeholder: 'TEXT', help: 'Its heading [the names of the first runs]' },
    ],
    examples: [
      'bun run report runs/catch-quick-1-1',
      'bun run report runs/pong-lapan-* --out lapan.html --title "Three seeds of lapan"',
    ],
  },
  async run({ positionals, flags }) {
    if (positionals.length === 0) {
      throw new UserError(
        'No run is named.',
        'For example: bun run report runs/catch-quick-1-1; bun run runs lists them.',
      );
    }
    const runs = readReportedRuns(positionals);
    const page = flags.get('--out') ?? (runs.length === 1 ? `report-${runs[0].name}.html` : 'report.html');
    requireWritable(page, '.html');
    const picture = page.replace(/\.html$/i, '.png');
    requireWritable(picture, '.png');
    const title = flags.get('--title') ?? namesText(runs.map(({ name }) => name));
    const charts = reportCharts(runs);
    writeRecording(page, new TextEncoder().encode(reportPage(title, runs, charts)));
    writeRecording(picture, await reportPicture(title, runs, charts));
    for (const path of [page, picture]) console.log(`Wrote ${shown(path)}`);
    return 0;
  },
};

/** Up to three names; of more, the first two. */
function namesText(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}
