/** Haunted House (1982): 100 for the urn, -1 for every match; nine lives. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, range } from './defaults.ts';

export const hauntedHouse = defineGame({
  ...defaults,
  id: 'haunted_house',
  title: 'Haunted House (1982)',
  md5: ['f0a6e99f5875891246c3dbecbf2d2cea'],
  minimalActions: allActions,
  modes: range(0, 8),
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xcc) === mode, 2),
  initialLives: 9,
  initialState: { matches: 0 },
  step: (read, state) => {
    state.reward = 0;
    const matches = bcd(read(0x82));
    if (matches !== state.matches) {
      state.reward--;
      state.matches = matches;
    }
    const hasUrn = read(0x99) === 0x44;
    if (hasUrn) {
      state.reward += 100;
    }
    state.terminal = read(0x96) === 0 || hasUrn;
  },
  lives: (read) => read(0x96),
});
