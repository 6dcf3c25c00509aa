/** A comparison in words: the rows around the first divergence, and which bytes of RAM differ. */
import type { Comparison, Divergence } from './compare.ts';
import { type ByteChange, changesToHash } from './hash.ts';
import { columns } from './play.ts';
import type { Trace } from './read.ts';

const firstRamAddress = 0x80;
/** Bytes of RAM, or possible changes of them, that are shown. */
const shownChanges = 8;

/** The lines that `bun run trace --against` prints. */
export function reportLines({ file }: Trace, { equalRows, notes, divergence }: Comparison): string[] {
  const noted = notes.map((note) => `Note: ${note}`);
  if (divergence === undefined) return [...noted, `${file}: ${count(equalRows, 'row')} compared, all equal`];
  const { line, before, expected, actual } = divergence;
  const place = line === undefined ? file : `${file}, line ${line}`;
  return [
    ...noted,
    `${place}: ${whatDiffers(divergence)}, after ${count(equalRows, 'equal row')}`,
    `            ${columns.join(' ')}`,
    ...before.map((row) => `  equal     ${row.text}`),
    `  expected  ${expected ?? '(no row: no reward and no end)'}`,
    `  actual    ${actual ?? '(no such row)'}`,
    ...ramLines(divergence),
  ];
}

function whatDiffers({ label, expected, actual, different }: Divergence): string {
  if (label === 'total_reward') return 'the sums differ';
  if (expected === undefined) return `frame ${label} has a row here alone`;
  if (actual === undefined) return `row ${label} is never reached`;
  return `frame ${label} differs in ${different.join(', ')}`;
}

/** Which bytes of RAM are not as expected: known from the trace, or found by its hash. */
function ramLines(divergence: Divergence): string[] {
  const { ram, expectedRam, different, expected, before, label } = divergence;
  if (!different.includes('ram') || expected === undefined) return [];
  if (expectedRam !== undefined) {
    const changes: ByteChange[] = [];
    for (const [index, is] of ram.entries()) {
      if (is !== expectedRam[index]) changes.push({ index, is, expected: expectedRam[index] });
    }
    const more = changes.length - shownChanges;
    const lines = changes.slice(0, shownChanges).map(changeText);
    return more > 0 ? [...lines, `and ${count(more, 'byte')} of RAM more`] : lines;
  }
  const fitting = changesToHash(ram, Number.parseInt(expected.split(' ')[columns.indexOf('ram')], 16));
  if (fitting.length === 0) {
    const last = before.at(-1)?.frame;
    const gap = last === undefined ? 0 : Number(label.replace('R', '')) - last - 1;
    const since =
      gap > 0
        ? ` The trace has no rows of the ${count(gap, 'frame')} before it, in which the two may have parted.`
        : '';
    return [`RAM: no change of one or two bytes gives the expected hash.${since}`];
  }
  if (fitting[0].length === 1) {
    const sole = fitting.length === 1 ? ' (the only byte whose change gives the expected hash)' : '';
    return fitting.map(([change]) => changeText(change) + sole);
  }
  const lines = fitting.slice(0, shownChanges).map((changes) => changes.map(changeText).join(' and '));
  return ['RAM: no single byte gives the expected hash; these two do, by chance once in eight times:', ...lines];
}

function changeText({ index, is, expected }: ByteChange): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `RAM $${hex(firstRamAddress + index).toUpperCase()} is ${hex(is)}, expected ${hex(expected)}`;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}
