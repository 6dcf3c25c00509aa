/** Traces: which rows are printed and what they hold, and what RAM a hash can come from. */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Arcade } from '../../src/env/arcade.ts';
import { changesToHash, fnv32, hashText } from '../../src/env/trace/hash.ts';
import { stateText, traceArcade } from '../../src/env/trace/play.ts';
import { traceLines } from '../../src/env/trace/write.ts';
import { countingCartridge, firstCount, linesOf, selection, settings } from './traceCartridge.ts';

const isRow = (line: string): boolean => !line.startsWith('#');
const labels = (lines: readonly string[]): string[] => lines.filter(isRow).map((row) => row.split(' ')[0]);
const withoutGame = { ...countingCartridge, game: undefined };

describe('hashes', () => {
  test('fnv32 is FNV-1a', () => {
    // Vectors of the FNV authors (http://www.isthe.com/chongo/tech/comp/fnv).
    expect(hashText(fnv32(new TextEncoder().encode('')))).toBe('811c9dc5');
    expect(hashText(fnv32(new TextEncoder().encode('foobar')))).toBe('bf9cf968');
    expect(hashText(0xab)).toBe('000000ab');
  });

  const ram = fc.uint8Array({ minLength: 128, maxLength: 128 });
  const index = fc.nat(127);
  const difference = fc.integer({ min: 1, max: 255 });

  test('the one byte that is wrong is found', () => {
    fc.assert(
      fc.property(ram, index, difference, (bytes, at, by) => {
        const right = bytes.slice();
        right[at] ^= by;
        expect(changesToHash(bytes, fnv32(right))).toEqual([[{ index: at, is: bytes[at], expected: right[at] }]]);
      }),
    );
  });

  test('two bytes that are wrong are among what is found, and all that is found fits', () => {
    fc.assert(
      fc.property(
        ram,
        fc.uniqueArray(index, { minLength: 2, maxLength: 2 }),
        difference,
        difference,
        (bytes, at, a, b) => {
          const [first, second] = at.sort((x, y) => x - y);
          const right = bytes.slice();
          right[first] ^= a;
          right[second] ^= b;
          const found = changesToHash(bytes, fnv32(right));
          expect(found).toContainEqual([
            { index: first, is: bytes[first], expected: right[first] },
            { index: second, is: bytes[second], expected: right[second] },
          ]);
          for (const changes of found) {
            const changed = bytes.slice();
            for (const change of changes) changed[change.index] = change.expected;
            expect(fnv32(changed)).toBe(fnv32(right));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('nothing is found for the hash that the bytes have', () => {
    fc.assert(fc.property(ram, (bytes) => expect(changesToHash(bytes, fnv32(bytes))).toEqual([])));
  });
});

describe('which frames have a row', () => {
  test('the first ones, every so many, every 60th', () => {
    const found = labels(linesOf({}, { frames: 130, full: 3, every: 25 }, withoutGame));
    expect(found).toEqual(['-1', '0', '1', '2', '25', '50', '60', '75', '100', '120', '125']);
    expect(labels(linesOf({}, { frames: 0 }, withoutGame))).toEqual(['-1']);
  });

  test('rewards, ends and the resets after them; sums at the end', () => {
    const lines = linesOf();
    const rows = lines.filter((line) => isRow(line) && !/^-?\d+ \S+ 0 3 0/.test(line));
    const [first, second, end, reset] = [100, 150, 160, 160].map((count) => count - firstCount);
    expect(rows.map((row) => row.replace(/( \S+){3}$/, '').replace(/^(\d+) \d+/, '$1 A'))).toEqual([
      `${first} A 1 3 0`,
      `${second} A 1 3 0`,
      `${end} A 0 3 1`,
      `R${reset} - 0 3 0`,
      `${first + end + 1} A 1 3 0`,
      `${second + end + 1} A 1 3 0`,
      `${2 * end + 1} A 0 3 1`,
      `R${2 * end + 1} - 0 3 0`,
    ]);
    expect(lines.at(-1)).toBe('# total_reward 4 resets 2');
    // This cartridge leaves nothing behind that a reset keeps.
    expect(rows[3].split(' ').slice(1)).toEqual(lines.find(isRow)!.split(' ').slice(1));
  });

  test('by no rules there are no rewards and no end, on the console of the game', () => {
    const lines = linesOf({ any: true });
    expect(lines.filter((line) => isRow(line) && !/^-?\d+ \S+ 0 0 0 /.test(line))).toEqual([]);
    expect(lines).toContain('# actions 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17');
    expect(lines[3]).toContain('ystart 30');
    expect(linesOf({}, {}, withoutGame)[3]).toContain('ystart 34');
  });
});

describe('what a row holds', () => {
  /** Rows of a console that is driven by hand. */
  function byHand(frames: number, frameSkip: number, sticky: number): string[] {
    const arcade = traceArcade(countingCartridge, { ...settings, sticky });
    const rows = [`-1 - 0 ${stateText(arcade)}`];
    let random = 1n;
    let action = 0;
    for (let frame = 0; frame < frames; frame++) {
      if (frame % 4 === 0) {
        random ^= (random << 13n) & 0xffffffffn;
        random ^= random >> 17n;
        random ^= (random << 5n) & 0xffffffffn;
        action = arcade.actions[Number(random % 4n)];
      }
      let reward = 0;
      for (let i = 0; i < frameSkip; i++) reward += arcade.act(action);
      rows.push(`${frame} ${action} ${reward} ${stateText(arcade)}`);
    }
    return rows;
  }

  test('an action of the generator every four frames', () => {
    expect(linesOf({}, { frames: 60, full: 60 }).filter(isRow)).toEqual(byHand(60, 1, 0));
  });

  test('several frames of the console with the sum of their rewards', () => {
    const rows = linesOf({ frameSkip: 51 }, { frames: 2 }).filter(isRow);
    expect(rows.filter((row) => !row.startsWith('R'))).toEqual(byHand(2, 51, 0));
    // Counts 100 and 150 give a reward each; the end comes within the second row, and stays.
    expect(rows.map((row) => row.split(' ')[2])).toEqual(['0', '1', '1', '0']);
    expect(rows.map((row) => row.split(' ')[4])).toEqual(['0', '0', '1', '0']);
  });

  test('an action that selects the mode takes as many frames', () => {
    expect(traceArcade(countingCartridge, { ...settings, mode: 3, frameSkip: 5 }).episodeFrames).toBe(5);
  });

  test('sticky actions', () => {
    const rows = linesOf({ sticky: 0.5 }, { frames: 60, full: 60 }).filter(isRow);
    expect(rows).toEqual(byHand(60, 1, 0.5));
    expect(rows).not.toEqual(byHand(60, 1, 0));
  });

  test('RAM after each row, where it is asked for', () => {
    const lines = linesOf({}, { ram: true });
    const rows = lines.filter(isRow);
    expect(lines.filter((line) => line.startsWith('# ram')).length).toBe(rows.length);
    for (const row of rows) {
      const [, , label, hex] = lines[lines.indexOf(row) + 1].split(' ');
      expect([label, hashText(fnv32(Uint8Array.fromHex(hex)))]).toEqual([row.split(' ')[0], row.split(' ')[5]]);
    }
    expect(lines.filter((line) => !line.startsWith('# ram'))).toEqual(linesOf());
  });
});

test('the screen of one frame is shown, with a row or without', () => {
  for (const frame of [-1, 0, 30, 91]) {
    let shown = '';
    const at = ({ screen }: Arcade): void => {
      shown += hashText(fnv32(screen));
    };
    const rows = linesOf({}, { full: 200 }).filter(isRow);
    linesOf({}, { full: 0, look: { frame, at } });
    expect(shown).toBe(rows.find((row) => row.startsWith(`${frame} `))!.split(' ')[6]);
  }
});

test('undrawn, only frames with a row and the frame that is looked at are drawn; the lines are the same', () => {
  const arcade = traceArcade(withoutGame, settings);
  const drawn: number[] = [];
  const { act } = arcade;
  let frame = 0;
  arcade.act = (action, draw) => {
    if (draw !== false) drawn.push(frame);
    frame++;
    return act.call(arcade, action, draw);
  };
  const look = { frame: 77, at: () => {} };
  const lines = [...traceLines(withoutGame, arcade, settings, { ...selection, undrawn: true, look })];
  expect(drawn).toEqual([0, 1, 2, 3, 4, 60, 77, 120, 180]);
  expect(lines).toEqual(linesOf({}, {}, withoutGame));
});

describe('the lines before the rows', () => {
  test('of a game', () => {
    expect(linesOf().filter((line) => !isRow(line))).toEqual([
      '# rom counting.bin',
      `# md5 ${countingCartridge.md5}`,
      '# name Counting',
      '# format NTSC ystart 30 height 210 left JOYSTICK right JOYSTICK swappaddles NO swapports NO ld B rd B tv COLOR hmove YES',
      '# about   Cart Name: Counting',
      `# about   Cart MD5:  ${countingCartridge.md5}`,
      '# about   Display Format:  AUTO-DETECT ==> NTSC',
      '# about   ROM Size:        4096',
      '# about   Bankswitch Type: AUTO-DETECT ==> 4K',
      '# screen 160x210 any 0 seed 1 frame_skip 1 sticky 0 policy rand',
      '# actions 0 1 2 5',
      '# modes 0 3 default 0 difficulty 0 startlives 3',
      '# columns: frame action reward lives terminal fnv32(ram128) fnv32(screen) scanlines',
      '# total_reward 4 resets 2',
    ]);
  });

  test('what was chosen stands there, so that it can be played again', () => {
    const chosen = { mode: 3, difficulty: 1, seed: 7, frameSkip: 4, sticky: 0.25, bankswitch: '4K' } as const;
    const text = linesOf(chosen, { frames: 4 }).join('\n');
    expect(text).toContain('\n# screen 160x210 any 0 seed 7 frame_skip 4 sticky 0.25 policy rand\n');
    expect(text).toContain('\n# modes 0 3 default 0 mode 3 difficulty 1 startlives 3\n');
    expect(text).toContain('\n# about   Bankswitch Type: 4K\n');
  });
});
