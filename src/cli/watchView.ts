/** What `watch` draws: the console's screen, the Q-values under it as bars, how the game stands, and which keys there are. */
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { channelMax, paletteOf } from '../env/palette.ts';
import { screenWidth } from '../run/consoleScreen.ts';
import { Cells } from './terminal/cells.ts';
import { ScreenShrinker } from './terminal/shrink.ts';

/** All that changes from one picture to the next. */
export interface Watched {
  /** Who plays. */
  readonly player: string;
  /** How the game stands, the most important first. */
  readonly standing: readonly string[];
  readonly keys: readonly string[];
  /** Q of each action; undefined for random play. NaN: not known yet. */
  readonly values: Float32Array | undefined;
  /** Place of the action that is played, and whether chance chose it; undefined before the first. */
  readonly action: number | undefined;
  readonly wasRandom: boolean;
}

/** Below this there is no room for a picture. */
const leastColumns = 24;
const leastRows = 8;
/** Rows of picture that bars must leave. */
const leastPictureRows = 10;
/** Actions in a column of bars, where the terminal is wide enough for several. */
const mostBarRows = 6;
const leastBarColumns = 30;
const valueColumns = 9;
const byChance = ' at random';

const barColour = 0x3a82d8;
const chosenColour = 0xe08a1e;
const dimColour = 0x8a8a8a;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

export interface Layout {
  /** Of the picture: columns, and pixels, two to a row. */
  readonly pictureColumns: number;
  readonly picturePixels: number;
  readonly pictureLeft: number;
  readonly barRows: number;
  /** Columns of bars beside each other; 0: none. */
  readonly barColumns: number;
  /** The first row under the picture. */
  readonly panelTop: number;
}

/** Undefined where the terminal is too small. A cell is taken to be twice as high as wide, so that half of one is square. */
export function layoutOf(columns: number, rows: number, screenHeight: number, actionCount: number): Layout | undefined {
  if (columns < leastColumns || rows < leastRows) return undefined;
  const barColumns = Math.min(Math.ceil(actionCount / mostBarRows), Math.max(1, Math.floor(columns / leastBarColumns)));
  const barRows = Math.ceil(actionCount / barColumns);
  const hasBars = rows - 2 - barRows >= leastPictureRows;
  const pictureRows = rows - 2 - (hasBars ? barRows : 0);
  // The screen's pixels are twice as wide as high.
  const aspect = (2 * screenWidth) / screenHeight;
  const pictureColumns = Math.min(columns, Math.floor(pictureRows * 2 * aspect), 2 * screenWidth);
  const picturePixels = Math.min(pictureRows * 2, Math.round(pictureColumns / aspect));
  return {
    pictureColumns,
    picturePixels,
    pictureLeft: Math.floor((columns - pictureColumns) / 2),
    barRows: hasBars ? barRows : 0,
    barColumns: hasBars ? barColumns : 0,
    panelTop: Math.ceil(picturePixels / 2),
  };
}

export class WatchView {
  readonly #screenHeight: number;
  readonly #actions: readonly string[];
  readonly #colours: Uint32Array;
  readonly #screen: Uint32Array;
  #cells = new Cells(0, 0);
  #layout: Layout | undefined;
  #shrinker: ScreenShrinker | undefined;
  /** The smallest and the largest value seen: the ends of the bars. */
  #lowest = Infinity;
  #highest = -Infinity;

  constructor(format: TelevisionFormat, screenHeight: number, actions: readonly string[]) {
    this.#screenHeight = screenHeight;
    this.#actions = actions;
    this.#colours = paletteOf(format).rgb;
    this.#screen = new Uint32Array(screenWidth * screenHeight);
  }

  /** Other weights play: their values are of another size. */
  forgetValues(): void {
    this.#lowest = Infinity;
    this.#highest = -Infinity;
  }

  /**
   * Two successive screens as one, the brighter of each colour as the agent sees them: games draw some things on every second frame only.
   */
  take(screen: Uint8Array, previous: Uint8Array): void {
    const colours = this.#colours;
    for (let i = 0; i < screen.length; i++) {
      const [newer, older] = [screen[i], previous[i]];
      this.#screen[i] = newer === older ? colours[newer] : channelMax(colours[newer], colours[older]);
    }
  }

  /** The picture for a terminal of this size, of the screen that was taken last; one object until the size changes. */
  draw(columns: number, rows: number, watched: Watched): Cells {
    if (columns !== this.#cells.columns || rows !== this.#cells.rows) this.#resize(columns, rows);
    const cells = this.#cells;
    cells.clear();
    const layout = this.#layout;
    if (layout === undefined) {
      cells.text(0, 0, `At least ${leastColumns} x ${leastRows} characters, please.`);
      return cells;
    }
    cells.pixels(layout.pictureLeft, 0, this.#shrinker!.shrink(this.#screen));
    this.#drawStanding(layout.panelTop, watched);
    if (layout.barColumns > 0) this.#drawBars(layout, watched);
    cells.text(0, layout.panelTop + 1 + layout.barRows, joined(watched.keys, columns), dimColour);
    return cells;
  }

  #resize(columns: number, rows: number): void {
    this.#cells = new Cells(columns, rows);
    this.#layout = layoutOf(columns, rows, this.#screenHeight, this.#actions.length);
    if (this.#layout === undefined) return;
    const { pictureColumns, picturePixels } = this.#layout;
    this.#shrinker = new ScreenShrinker(screenWidth, this.#screenHeight, pictureColumns, picturePixels);
  }

  /** The player on the left, the game on the right; the game counts where there is no room for both. */
  #drawStanding(row: number, { player, standing }: Watched): void {
    const { columns } = this.#cells;
    const right = joined(standing, columns);
    const left = columns - right.length - 2;
    if (player.length <= left) this.#cells.text(0, row, player);
    else if (left > 8) this.#cells.text(0, row, `${player.slice(0, left - 1)}…`);
    this.#cells.text(columns - right.length, row, right);
  }

  #drawBars({ panelTop, barRows, barColumns }: Layout, { values, action, wasRandom }: Watched): void {
    const width = Math.floor(this.#cells.columns / barColumns);
    const nameColumns = Math.max(...this.#actions.map((name) => name.length)) + 3;
    const room = Math.max(0, width - nameColumns - valueColumns - byChance.length - 1);
    for (const value of values ?? []) {
      if (Number.isNaN(value)) continue;
      this.#lowest = Math.min(this.#lowest, value);
      this.#highest = Math.max(this.#highest, value);
    }
    for (const [i, name] of this.#actions.entries()) {
      const left = Math.floor(i / barRows) * width;
      const row = panelTop + 1 + (i % barRows);
      const isChosen = i === action;
      const value = values?.[i] ?? Number.NaN;
      const colour = isChosen ? chosenColour : barColour;
      this.#cells.text(left, row, `${isChosen ? '▶' : ' '} ${name}`, isChosen ? chosenColour : undefined);
      const chance = isChosen && wasRandom ? byChance : '';
      if (Number.isNaN(value)) {
        this.#cells.text(left + nameColumns, row, chance.trim(), chosenColour);
        continue;
      }
      const share = this.#highest > this.#lowest ? (value - this.#lowest) / (this.#highest - this.#lowest) : 1;
      this.#cells.text(left + nameColumns, row, bar(share, room), colour);
      const text = `${numberText(value).padStart(valueColumns)}${chance}`;
      this.#cells.text(left + nameColumns + room, row, text, isChosen ? chosenColour : undefined);
    }
  }
}

/** A bar over `share` (0 to 1) of `columns`, to an eighth of a column. */
export function bar(share: number, columns: number): string {
  const parts = Math.round(Math.min(1, Math.max(0, share)) * columns * 8);
  return '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}

/** Four digits that count, in at most nine characters. */
function numberText(value: number): string {
  const size = Math.abs(value);
  return size >= 1e5 || (size > 0 && size < 1e-3) ? value.toExponential(1) : value.toFixed(size < 10 ? 3 : 1);
}

/** As many of the parts, from the first on, as there is room for. */
function joined(parts: readonly string[], columns: number): string {
  let text = '';
  for (const part of parts) {
    const longer = text === '' ? part : `${text}   ${part}`;
    if (longer.length > columns) break;
    text = longer;
  }
  return text;
}
