/** What measuring found, as text: each pass with the time of each of its variants and the one that is chosen. */
import { variantNames } from '../../kernels/variant.ts';
import type { KernelRow, Kernels } from '../run/kernelChoices.ts';
import { textTable } from './textTable.ts';
import { shown } from './words.ts';

const reasons: Readonly<Record<KernelRow['source'], string>> = {
  only: 'the only one here',
  measured: 'measured',
  likely: 'likely; not measured',
  forced: 'as --kernels says',
  recorded: 'as the run began',
  storage: 'reads f16 weights',
};

/** The table, and where what was measured is kept. */
export function kernelTable({ rows, cachePath }: Kernels): string[] {
  const timed = variantNames.filter((variant) => rows.some(({ ms }) => variant in ms));
  const cells = [
    ['pass', 'shape', 'chosen', 'why', ...timed.map((variant) => `${variant}, ms`)],
    ...rows.map(({ label, shape, variant, source, ms }) => [
      ...[label, shape, variant, reasons[source]],
      ...timed.map((name) => ms[name]?.toFixed(3) ?? '-'),
    ]),
  ];
  return [...textTable(cells, 4), '', `The choices are kept in ${shown(cachePath)}; \`bun run tune\` measures again.`];
}
