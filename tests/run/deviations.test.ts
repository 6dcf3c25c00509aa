/** docs/deviations.md names what is there: every preset and protocol, flags that exist, and lines that hold what they are said to. */
import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deepmindSpecs } from '../../src/cli/deepmindFlags.ts';
import { flagFields } from '../../src/run/configuration.ts';
import { flagName } from '../../src/run/configurationText.ts';
import { presetNames } from '../../src/run/presets.ts';
import { protocolNames } from '../../src/run/protocols.ts';

const path = join(import.meta.dir, '../../docs/deviations.md');
const page = readFileSync(path, 'utf8');

test('every preset and protocol is on the page', () => {
  for (const name of presetNames) expect(page).toContain(`\`${name}\``);
  for (const name of protocolNames.filter((protocol) => protocol !== 'as-preset'))
    expect(page).toContain(`\`${name}\`**`);
});

test('every flag on the page exists', () => {
  const other = ['--diff'];
  const flags = [...page.matchAll(/`?(?<![-\w])(--[a-z][a-z0-9-]*)/g)].map((match) => match[1]);
  expect(flags.length).toBeGreaterThan(10);
  for (const flag of flags) expect([...flagFields.map(flagName), ...other]).toContain(flag);
  const theirs = [...page.matchAll(/`(-[a-zA-Z_]+)`/g)].map((match) => match[1]);
  for (const option of theirs) expect(deepmindSpecs.flatMap(({ aliases }) => aliases)).toContain(option);
});

const cited = [...page.matchAll(/\[`([^`]+)`,\s+([^\]:]+):(\d+)-(\d+)\]\(\.\.\/([^)#]+)#L(\d+)-L(\d+)\)/g)].map(
  ([, name, file, first, last, ...link]) => ({ name, file, first: Number(first), last: Number(last), link }),
);

test.each(cited)('$file lines $first to $last are $name', ({ name, file, first, last, link }) => {
  expect(link).toEqual([file, String(first), String(last)]);
  const lines = readFileSync(join(dirname(path), '..', file), 'utf8').split('\n');
  // Where they have moved to, should this be red.
  const now = lines.flatMap((line, index) => (line.includes(name) ? [index + 1] : []));
  expect(
    now.some((line) => line >= first && line <= last),
    `${name} is in lines ${now.join(', ')} of ${file}`,
  ).toBe(true);
});

test('the page cites lines, and its other links lead somewhere', () => {
  expect(cited.length).toBeGreaterThan(7);
  for (const [, target] of page.matchAll(/\]\(([^)#]+)\)/g)) expect(existsSync(join(dirname(path), target))).toBe(true);
});
