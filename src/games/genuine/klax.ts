/** Klax (1990): its score lies in the RAM of the cartridge. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

/** Whether each place in the bin of five by five holds a tile. */
function binIsFull(read: ReadRam): boolean {
  for (let address = 0xb3; address <= 0xcb; address++) {
    const tile = read(address);
    if (tile === 0 || tile === 2 || tile === 6 || tile === 10 || tile === 14) return false;
  }
  return true;
}

/** As many tiles were dropped as may be. */
const droppedAll = (read: ReadRam) => read(0xf0e9) > 0 && read(0xf0ee) === read(0xf0e9);

export const klax = defineGame({
  ...defaults,
  id: 'klax',
  title: 'Klax (1990)',
  md5: ['eed9eaf1a0b6a2b9bc4c8032cb43e3fb'],
  minimalActions: allActions,
  startingActions: actions('FIRE', 'NOOP'),
  modes: [0, 1, 2],
  selectMode: pressSelectUntil((read, mode) => read(0xf0ea) === mode, 2),
  initialLives: 1,
  // The read port of the cartridge's RAM begins at 0xF080.
  score: (read) => bcd3(read, 0xf0b4, 0xf0b5, 0xf0b6),
  // Too many tiles dropped, no place in the bin, or wave 99 done.
  terminal: (read) => droppedAll(read) || (read(0xa8) === 4 && binIsFull(read)) || read(0xf09d) === 0x99,
  lives: () => 1,
});
