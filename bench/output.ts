/** What the benchmarks do with their results: print them in words or as JSON, and write them to a file. */
import type { FlagSpec, ParsedArguments } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { jsonBytes, writeAtomically } from '../src/run/files.ts';
import { requireWritable } from '../src/run/recordingFile.ts';

export const outputFlags: readonly FlagSpec[] = [
  { flag: '--json', help: 'Print the results as JSON and nothing else' },
  { flag: '--out', placeholder: 'FILE', help: 'Write the results to FILE.json' },
];

export interface Output {
  /** A line for those who wait; nothing is printed with `--json`. */
  say(line: string): void;
  /** Prints and writes the results; `lines` are they in words. */
  write(results: object, lines: readonly string[]): void;
}

/** Throws UserError where the file cannot be written, before anything is measured. */
export function outputOf({ flags }: ParsedArguments): Output {
  const out = flags.get('--out');
  if (out !== undefined) requireWritable(out, '.json');
  const isJson = flags.has('--json');
  const say = (line: string): void => {
    if (!isJson) console.log(line);
  };
  return {
    say,
    write(results, lines) {
      if (out !== undefined) writeAtomically(out, jsonBytes(results));
      if (isJson) console.log(JSON.stringify(results, null, 2));
      for (const line of lines) say(line);
      if (out !== undefined) say(`\nWrote ${shown(out)}`);
    },
  };
}
