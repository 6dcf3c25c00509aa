/** What `watch` is made of, without a console: cells, colours, scaling, and the changes from one picture to the next. */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Cells, ownColour } from '../../src/cli/terminal/cells.ts';
import { colourOf, nearestColour } from '../../src/cli/terminal/colours.ts';
import { type ColourDepth, Painter } from '../../src/cli/terminal/painter.ts';
import { colourDepth } from '../../src/cli/terminal/session.ts';
import { ScreenShrinker } from '../../src/cli/terminal/shrink.ts';
import { TerminalModel } from './terminalModel.ts';

/** What a terminal that starts empty shows of these cells. */
function shownOf(cells: Cells, depth: ColourDepth) {
  const told = (rgb: number): number =>
    rgb === ownColour || depth === 'truecolor' ? rgb : colourOf(nearestColour(rgb))!;
  return Array.from(cells.characters, (code, i) => ({
    character: String.fromCodePoint(code),
    // The colour of a space is not seen.
    colour: code === 32 ? undefined : told(cells.colours[i]),
    background: told(cells.backgrounds[i]),
  }));
}

function seen(model: TerminalModel) {
  return model.cells.map(({ character, colour, background }) => ({
    character,
    colour: character === ' ' ? undefined : colour,
    background,
  }));
}

const rgb = fc.oneof(fc.integer({ min: 0, max: 0xffffff }), fc.constantFrom(0, 0xff0000, 0x123456));
/** Things to draw: some pixels, some text; few colours and places, so that pictures share cells. */
const drawing = fc.record({
  width: fc.integer({ min: 1, max: 7 }),
  height: fc.integer({ min: 1, max: 9 }),
  column: fc.integer({ min: 0, max: 9 }),
  row: fc.integer({ min: 0, max: 5 }),
  pixels: fc.array(rgb, { minLength: 63, maxLength: 63 }),
  text: fc.constantFrom('', 'NOOP', '▶ RIGHT ███▍ 0.5', 'a', '  '),
  textAt: fc.tuple(fc.integer({ min: -3, max: 12 }), fc.integer({ min: -1, max: 6 })),
  colour: fc.option(rgb, { nil: ownColour }),
});

describe('a picture of cells', () => {
  test('half blocks: upper pixel in front, lower one behind; equal ones are a space', () => {
    const cells = new Cells(3, 2);
    cells.pixels(1, 0, { width: 2, height: 3, rgb: Uint32Array.of(1, 2, 3, 2, 5, 6) });
    expect([...cells.characters].map((code) => String.fromCodePoint(code)).join('')).toBe(' ▀  ▀▀');
    expect([...cells.colours]).toEqual([-1, 1, -1, -1, 5, 6]);
    expect([...cells.backgrounds]).toEqual([-1, 3, 2, -1, 0, 0]);
  });

  test('text and pixels stay inside, and a character that is not one column wide is a question mark', () => {
    const cells = new Cells(4, 1);
    cells.text(-1, 0, 'abcdefg');
    expect(String.fromCodePoint(...cells.characters)).toBe('bcde');
    cells.text(0, 0, '日\x1b\u0301x');
    expect(String.fromCodePoint(...cells.characters)).toBe('???x');
    cells.text(0, 1, 'below');
    cells.text(0, -1, 'above');
    cells.pixels(3, 0, { width: 3, height: 6, rgb: new Uint32Array(18).fill(7) });
    expect(String.fromCodePoint(...cells.characters)).toBe('??? ');
    expect([...cells.backgrounds]).toEqual([-1, -1, -1, 7]);
  });

  test('after each of any pictures the terminal shows that picture, and a picture that is shown costs nothing', () => {
    for (const depth of ['truecolor', '256'] as const) {
      fc.assert(
        fc.property(fc.array(drawing, { minLength: 1, maxLength: 6 }), (drawings) => {
          const model = new TerminalModel(11, 6);
          const painter = new Painter(depth);
          const cells = new Cells(11, 6);
          let pictures = 0;
          for (const { width, height, column, row, pixels, text, textAt, colour } of drawings) {
            if (column % 2 === 0) cells.clear();
            cells.pixels(column, row, { width, height, rgb: Uint32Array.from(pixels) });
            cells.text(textAt[0], textAt[1], text, colour);
            const sent = painter.paint(cells);
            model.write(sent);
            if (sent !== '') pictures++;
            expect(seen(model)).toEqual(shownOf(cells, depth));
            expect(painter.paint(cells)).toBe('');
            expect(model.modes.has(2026)).toBe(false);
            expect(model.pictures).toBe(pictures);
          }
        }),
        { numRuns: 150 },
      );
    }
  });

  test('one changed cell is one move, its colours and a character; equal colours in a row are told once', () => {
    const painter = new Painter('truecolor');
    const cells = new Cells(40, 10);
    painter.paint(cells);
    cells.pixels(4, 2, { width: 1, height: 2, rgb: Uint32Array.of(0xff8000, 0x000102) });
    expect(painter.paint(cells)).toBe('\x1b[?2026h\x1b[3;5H\x1b[38;2;255;128;0m\x1b[48;2;0;1;2m▀\x1b[0m\x1b[?2026l');
    cells.pixels(0, 0, { width: 3, height: 2, rgb: new Uint32Array(6).fill(0x0000ff) });
    expect(painter.paint(cells)).toBe('\x1b[?2026h\x1b[1;1H\x1b[39m\x1b[48;2;0;0;255m   \x1b[0m\x1b[?2026l');
  });

  test('what is forgotten is drawn again, and so is another size', () => {
    const painter = new Painter('truecolor');
    const cells = new Cells(8, 3);
    cells.text(2, 1, 'hello');
    painter.paint(cells);
    const model = new TerminalModel(8, 3);
    painter.forget();
    model.write('x'.repeat(24));
    model.write(painter.paint(cells));
    expect([0, 1, 2].map((row) => model.line(row))).toEqual(['', '  hello', '']);
    const larger = new TerminalModel(9, 3);
    const wide = new Cells(9, 3);
    wide.text(0, 2, 'wide');
    larger.write(painter.paint(wide));
    expect(larger.line(2)).toBe('wide');
  });
});

describe('256 colours', () => {
  test('each of them is its own nearest, and no other one is nearer to any colour', () => {
    const all = Array.from({ length: 240 }, (_, i) => ({ index: i + 16, rgb: colourOf(i + 16)! }));
    for (const { rgb: own } of all) expect(colourOf(nearestColour(own))).toBe(own);
    const distance = (a: number, b: number) =>
      [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (colour) => {
        const least = Math.min(...all.map(({ rgb: other }) => distance(colour, other)));
        expect(distance(colour, colourOf(nearestColour(colour))!)).toBe(least);
      }),
      { numRuns: 2000 },
    );
  });

  test('xterm has them at these places, and the first 16 are the user’s', () => {
    expect([colourOf(15), colourOf(16), colourOf(21), colourOf(196), colourOf(231)]).toEqual([
      undefined,
      0,
      0x0000ff,
      0xff0000,
      0xffffff,
    ]);
    expect([colourOf(232), colourOf(255)]).toEqual([0x080808, 0xeeeeee]);
  });
});

describe('scaling', () => {
  test('a picture of one colour stays so, the same size changes nothing, whole factors repeat', () => {
    const picture = Uint32Array.from({ length: 12 }, (_, i) => i * 0x0a0b0c);
    expect([...new ScreenShrinker(4, 3, 4, 3).shrink(picture).rgb]).toEqual([...picture]);
    const { rgb: larger } = new ScreenShrinker(4, 3, 8, 9).shrink(picture);
    larger.forEach((colour, i) => {
      expect(colour).toBe(picture[Math.floor(i / 8 / 3) * 4 + Math.floor((i % 8) / 2)]);
    });
    fc.assert(
      fc.property(rgb, fc.integer({ min: 1, max: 330 }), fc.integer({ min: 1, max: 220 }), (colour, width, height) => {
        const { rgb: shrunk } = new ScreenShrinker(160, 210, width, height).shrink(
          new Uint32Array(160 * 210).fill(colour),
        );
        expect(shrunk.every((other) => other === colour)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('light is kept: the mean of squares of the whole stays, up to rounding', () => {
    const source = Uint32Array.from({ length: 20 * 21 }, (_, i) => (i * 7919) & 0xff);
    const light = (pixels: Uint32Array) => pixels.reduce((sum, colour) => sum + colour ** 2, 0) / pixels.length;
    for (const [width, height] of [
      [7, 5],
      [20, 1],
      [3, 21],
      [33, 40],
    ]) {
      const { rgb: shrunk } = new ScreenShrinker(20, 21, width, height).shrink(source);
      // A rounding of half a step at 255 is 255 in the square.
      expect(Math.abs(light(shrunk) - light(source))).toBeLessThan(255);
    }
    // A quarter of white is half as bright in numbers.
    expect([...new ScreenShrinker(2, 2, 1, 1).shrink(Uint32Array.of(0xffffff, 0, 0, 0)).rgb]).toEqual([0x808080]);
  });
});

describe('which terminal', () => {
  const terminal = { isTTY: true } as NodeJS.WriteStream;
  const depth = (environment: Record<string, string>) => colourDepth(terminal, environment, 'record it.');

  test('colours', () => {
    expect(depth({ TERM: 'xterm-256color' })).toBe('256');
    expect(depth({ TERM: 'xterm-256color', COLORTERM: 'truecolor' })).toBe('truecolor');
    expect(depth({ COLORTERM: '24bit' })).toBe('truecolor');
    expect(depth({ TERM: 'xterm-direct' })).toBe('truecolor');
    expect(depth({ WT_SESSION: 'x' })).toBe('truecolor');
    expect(depth({ COLORTERM: 'yes', NO_COLOR: '' })).toBe('256');
  });

  test('none: what to do instead', () => {
    expect(() => depth({ NO_COLOR: '1' })).toThrow('NO_COLOR is set');
    expect(() => depth({ TERM: 'dumb' })).toThrow('draws no pictures');
    expect(() => colourDepth({ isTTY: false } as NodeJS.WriteStream, {}, 'record it.')).toThrow('no terminal');
  });
});
