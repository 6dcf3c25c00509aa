/** River Raid (1982): six digits, each in a byte of its own and times eight. */
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

/** The digit in a byte: other values than 0, 8, …, 72 are blanks. */
const digit = (byte: number) => (byte % 8 === 0 && byte <= 72 ? byte / 8 : 0);

export const riverraid = defineGame({
  ...defaults,
  id: 'riverraid',
  title: 'River Raid (1982)',
  md5: ['393948436d1f4cc3192410bb918f9724'],
  otherReleases: [{ md5: 'da5096000db5fdaa8d02db57d9367998', format: 'NTSC' }],
  minimalActions: allActions,
  difficulties: [0, 1],
  initialLives: 4,
  // 0x58 stands for four lives at the start, 0x59 for the last one; 0x58 after 0x59 is the end.
  initialState: { previous: 0x58 },
  score: (read) =>
    digit(read(0xd7)) +
    10 * digit(read(0xd5)) +
    100 * digit(read(0xd3)) +
    1000 * digit(read(0xd1)) +
    10000 * digit(read(0xcf)) +
    100000 * digit(read(0xcd)),
  terminal: (read, state) => read(0xc0) === 0x58 && state.previous === 0x59,
  after: (read, state) => {
    state.previous = read(0xc0);
  },
  lives: (read) => {
    const shown = read(0xc0);
    if (shown === 0x58) return 4;
    return shown === 0x59 ? 1 : (shown >> 3) + 1;
  },
});
