/**
 * The lines of a trace, as the reference prints them: `#` lines that describe the run, a row a printed frame, a line with the sums.
 * Leaves out reading one (read.ts) and where the lines go.
 */
import type { Arcade } from '../arcade.ts';
import { type TraceCartridge, TracePlayer, type TraceSettings } from './play.ts';

export interface TraceSelection {
  /** Frames to play, numbered from 0. */
  readonly frames: number;
  /** Frames below have a row each. */
  readonly full: number;
  /** So has every frame that is a multiple of it. */
  readonly every: number;
  /** A line `# ram <frame> <256 hex digits>` follows each row. */
  readonly ram?: boolean;
  /** Draws only frames that have a row. Not for the rules of a game: a reward, which gives a frame its row, comes unforeseen. */
  readonly undrawn?: boolean;
  /** Called with the screen after one frame, -1 the one after loading. */
  readonly look?: { readonly frame: number; readonly at: (arcade: Arcade) => void };
}

/** These have a row, whatever else is asked for. */
const alwaysEvery = 60;

/** Loads the cartridge, plays it and yields line by line. Throws UserError as `traceArcade` does. */
export function* traceLines(
  cartridge: TraceCartridge,
  arcade: Arcade,
  settings: TraceSettings,
  selection: TraceSelection,
): Generator<string, void, void> {
  const { frames, full, every, ram = false, undrawn = false, look } = selection;
  const player = new TracePlayer(arcade, settings);
  yield* headerLines(cartridge, arcade, settings);
  yield player.row();
  if (ram) yield ramLine('-1', arcade.ram);
  if (look?.frame === -1) look.at(arcade);
  for (let frame = 0; frame < frames; frame++) {
    const chosen = frame < full || frame % every === 0 || frame % alwaysEvery === 0;
    const drawn = !undrawn || chosen || frame === look?.frame;
    player.step(drawn);
    if (frame === look?.frame) look.at(arcade);
    if (chosen || player.reward !== 0 || arcade.terminal) {
      yield player.row(drawn);
      if (ram) yield ramLine(`${frame}`, arcade.ram);
    }
    if (arcade.terminal) {
      player.reset();
      yield player.resetRow();
      if (ram) yield ramLine(`R${frame}`, arcade.ram);
    }
  }
  yield totalsLine(player);
}

/** `any 1` for a cartridge without rules, wherever that comes from. */
function headerLines(cartridge: TraceCartridge, arcade: Arcade, settings: TraceSettings): string[] {
  const { file, md5, title, bytes, game } = cartridge;
  const { seed, frameSkip, sticky } = settings;
  const any = settings.any || game === undefined;
  const { cartridge: wired, properties } = arcade.console;
  const found = (asked: string, is: string): string => (/^auto/i.test(asked) ? `AUTO-DETECT ==> ${is}` : is);
  const { modes = [], defaultMode = 0, initialLives = 0 } = any ? {} : game;
  const mode = arcade.mode === defaultMode ? '' : ` mode ${arcade.mode}`;
  return [
    `# rom ${file}`,
    `# md5 ${md5}`,
    `# name ${title}`,
    formatLine(arcade),
    `# about   Cart Name: ${title}`,
    `# about   Cart MD5:  ${md5}`,
    `# about   Display Format:  ${found(properties.format, arcade.format)}`,
    `# about   ROM Size:        ${bytes.length}`,
    `# about   Bankswitch Type: ${found(properties.bankswitch, wired.scheme)}`,
    `# screen 160x${arcade.screenHeight} any ${any ? 1 : 0} seed ${seed} frame_skip ${frameSkip} sticky ${sticky} policy rand`,
    `# actions ${arcade.actions.join(' ')}`,
    `# modes ${[...modes, 'default'].join(' ')} ${defaultMode}${mode} difficulty ${arcade.difficulty} startlives ${initialLives}`,
    '# columns: frame action reward lives terminal fnv32(ram128) fnv32(screen) scanlines',
  ];
}

/** The line that describes the console: television, picture, controllers, switches. */
export function formatLine({ console }: Arcade): string {
  const { properties, format } = console;
  const {
    yStart,
    height,
    left,
    right,
    swapPaddles,
    swapPorts,
    leftDifficulty,
    rightDifficulty,
    television,
    hmoveBlanks,
  } = properties;
  const yes = (value: boolean): string => (value ? 'YES' : 'NO');
  return (
    `# format ${format} ystart ${yStart} height ${height} left ${left} right ${right} ` +
    `swappaddles ${yes(swapPaddles)} swapports ${yes(swapPorts)} ` +
    `ld ${leftDifficulty} rd ${rightDifficulty} tv ${television} hmove ${yes(hmoveBlanks)}`
  );
}

/** A trace's last line. */
export function totalsLine({ totalReward, resets }: TracePlayer): string {
  return `# total_reward ${totalReward} resets ${resets}`;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

function ramLine(label: string, ram: Uint8Array): string {
  return `# ram ${label} ${Array.from(ram, hex).join('')}`;
}
