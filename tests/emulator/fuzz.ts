/**
 * The fuzz tests for as long as one likes: `bun tests/emulator/fuzz.ts --minutes 60 --seed 1`. Plays the cases of fuzzCases.ts in turns on
 * the checked build and on the emulator as it is, so that each counts twice in what it prints was played. A failure prints the smallest case found, which
 * `--case '…'` plays again, and ends with exit code 1.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { anyCase, type FuzzCase } from './fuzzCases.ts';
import { checkedEmulator } from './fuzzChecked.ts';
import * as plain from './fuzzEntry.ts';
import { playCase, played } from './fuzzRun.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    case: { type: 'string' },
  },
});
const checked = await checkedEmulator();

function play(fuzzCase: FuzzCase): void {
  playCase(checked, fuzzCase);
  playCase(plain, fuzzCase);
}

if (values.case !== undefined) {
  play(JSON.parse(values.case));
  console.log('The case passes.');
  process.exit(0);
}

const casesOfRound = 50;
const began = performance.now();
const end = began + Number(values.minutes) * 60_000;
let seed = Number(values.seed);
for (let reported = began; performance.now() < end; seed++) {
  const result = fc.check(fc.property(anyCase, play), { seed, numRuns: casesOfRound });
  if (result.failed) {
    console.log(`Seed ${seed} fails: ${String(result.errorInstance)}`);
    console.log(`bun tests/emulator/fuzz.ts --case '${JSON.stringify(result.counterexample?.[0])}'`);
    console.log((result.errorInstance as Error).stack);
    report();
    process.exit(1);
  }
  if (performance.now() - reported > 60_000 || performance.now() >= end) {
    reported = performance.now();
    report();
  }
}

function report(): void {
  const minutes = (performance.now() - began) / 60_000;
  const figures = Object.entries(played).map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`);
  console.log(`${minutes.toFixed(1)} min, seeds ${values.seed} to ${seed}: ${figures.join(', ')}`);
}
