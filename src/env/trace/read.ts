/**
 * Reads a trace: what its `#` lines say of the run, and its rows, each with the number of its line.
 * Lines of `#` that are not known here are comments. Source: the reference's trace format.
 */
import { type Bankswitch, bankswitchChoices } from '../../emulator/cartridge/schemes.ts';
import { type Action, actionNames } from '../../emulator/console/action.ts';
import { UserError } from '../../errors.ts';
import type { TraceSettings } from './play.ts';

export interface TraceRow {
  /** In the file, from 1. */
  readonly line: number;
  readonly text: string;
  readonly frame: number;
  /** The state after the reset that follows the end of an episode. */
  readonly isReset: boolean;
  /** The 128 bytes of RAM, where a line `# ram` has them. */
  ram?: Uint8Array;
}

export interface Trace {
  /** What to call it in messages. */
  readonly file: string;
  /** Name of the cartridge's image, where the trace says it. */
  readonly rom: string | undefined;
  readonly md5: string;
  readonly settings: TraceSettings;
  readonly actions: readonly Action[];
  readonly screenHeight: number;
  /** The lines `# format …` and `# total_reward …`, whole. */
  readonly format: string | undefined;
  readonly totals: string | undefined;
  readonly rows: readonly TraceRow[];
}

const rowForm = /^(?:(R)?(\d{1,9})|-1) (?:-|\d+) -?\d+ -?\d+ [01] [0-9a-f]{8} [0-9a-f]{8} \d+$/;
const rowExample = '0 5 0 0 0 81cebe57 ac69ddb5 262';
const ramForm = /^# ram (\S+) ([0-9a-f]{256})$/;
/** Of a scheme that was not found out but asked for. */
const schemeForm = /^# about {3}Bankswitch Type: (?!AUTO-DETECT)(.*)$/;
const screenForm = /^# screen 160x(\d+) any ([01]) seed (\d+) frame_skip (\d+) sticky (\S+) policy (\S+)$/;
/** Longest piece of a line that a message shows. */
const shownLetters = 60;

/** Throws UserError, one line with the line's number, for a text that is no trace or one that cannot be played. */
export function parseTrace(text: string, file: string): Trace {
  const header = new Map<string, { readonly line: number; readonly text: string }>();
  const rows: TraceRow[] = [];
  let bankswitch: Bankswitch | undefined;
  for (const [index, ended] of text.split('\n').entries()) {
    const content = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    const line = index + 1;
    if (content === '') continue;
    if (content.startsWith('# ram ')) {
      readRam(content, rows, file, line);
    } else if (content.startsWith('#')) {
      const [, name] = content.split(' ', 2);
      const asked = schemeForm.exec(content)?.[1];
      if (asked !== undefined) {
        bankswitch = bankswitchChoices.find((choice) => choice === asked);
        if (bankswitch === undefined) throw malformed(file, line, `there is no bank switching ${quoted(asked)}`);
      }
      if (!header.has(name)) header.set(name, { line, text: content });
    } else {
      rows.push(readRow(content, rows.at(-1), file, line));
    }
  }
  if (rows.length === 0) throw malformed(file, undefined, 'it has no rows');
  /** What the line `# <name> …` says, taken apart by `form`. */
  const said = (name: string, form: RegExp): { readonly line: number; readonly parts: readonly string[] } => {
    const found = header.get(name);
    if (found === undefined) throw malformed(file, undefined, `it has no line "# ${name} …"`);
    const parts = form.exec(found.text)?.slice(1);
    if (parts === undefined) throw malformed(file, found.line, `${quoted(found.text)} has another form`);
    return { line: found.line, parts };
  };
  const screen = said('screen', screenForm);
  const [height, any, seed, frameSkip, sticky, policy] = screen.parts;
  if (policy !== 'rand') throw malformed(file, screen.line, `its actions follow ${quoted(policy)}, not "rand"`);
  const number = (name: string, digits: string, min: number, max: number): number => {
    const value = Number(digits);
    if (value >= min && value <= max) return value;
    throw malformed(file, screen.line, `${name} ${quoted(digits)} is out of range, which is ${min} to ${max}`);
  };
  const modes = header.has('modes') ? said('modes', /^# modes .*?(?: mode (\d+))? difficulty (\d+)/).parts : [];
  const actions = said('actions', /^# actions (\d+(?: \d+)*) *$/);
  return {
    file,
    rom: header.get('rom')?.text.slice('# rom '.length),
    md5: said('md5', /^# md5 ([0-9a-f]{32})$/).parts[0],
    settings: {
      seed: number('the seed', seed, 1, 0xffffffff),
      frameSkip: number('frame_skip', frameSkip, 1, largestFrameSkip),
      sticky: number('sticky', sticky, 0, 1),
      any: any === '1',
      mode: modes[0] === undefined ? undefined : Number(modes[0]),
      difficulty: modes[1] === undefined ? undefined : Number(modes[1]),
      bankswitch,
    },
    actions: actions.parts[0].split(' ').map((digits) => {
      if (Number(digits) < actionNames.length) return Number(digits);
      throw malformed(file, actions.line, `there is no action ${digits}`);
    }),
    screenHeight: Number(height),
    format: header.get('format')?.text,
    totals: header.get('total_reward')?.text,
    rows,
  };
}

export const largestFrameSkip = 1000;

/** As the row begins: `-1`, `12`, `R12`. */
export function labelOf({ frame, isReset }: TraceRow): string {
  return `${isReset ? 'R' : ''}${frame}`;
}

function readRow(text: string, before: TraceRow | undefined, file: string, line: number): TraceRow {
  const found = rowForm.exec(text);
  if (found === null) {
    throw malformed(file, line, `${quoted(text)} is neither a row nor a comment`, `A row looks like "${rowExample}".`);
  }
  const [, reset, digits = '-1'] = found;
  const row = { line, text, frame: Number(digits), isReset: reset !== undefined };
  if (before !== undefined && !follows(row, before)) {
    throw malformed(file, line, `row ${labelOf(row)} comes after row ${labelOf(before)}`, 'Frames ascend.');
  }
  return row;
}

/** A reset comes after its frame. */
function follows(row: TraceRow, before: TraceRow): boolean {
  return row.frame > before.frame || (row.frame === before.frame && row.isReset && !before.isReset);
}

function readRam(text: string, rows: readonly TraceRow[], file: string, line: number): void {
  const found = ramForm.exec(text);
  if (found === null) throw malformed(file, line, `${quoted(text)} is not "# ram <frame> <256 hex digits>"`);
  const row = rows.at(-1);
  if (row === undefined || labelOf(row) !== found[1]) {
    throw malformed(file, line, `the RAM of frame ${found[1]} does not follow its row`);
  }
  row.ram = Uint8Array.from(found[2].match(/../g)!, (digits) => Number.parseInt(digits, 16));
}

function malformed(file: string, line: number | undefined, what: string, hint = ''): UserError {
  const where = line === undefined ? `${file} is no trace` : `${file}, line ${line}`;
  return new UserError(`${where}: ${what}.`, hint || 'docs/traces.md describes the format.');
}

function quoted(text: string): string {
  return JSON.stringify(text.length > shownLetters ? `${text.slice(0, shownLetters)}…` : text);
}
