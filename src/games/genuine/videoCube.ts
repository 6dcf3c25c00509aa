/** Atari Video Cube: a point for each face of one colour; six win, and the end of the time costs one. */
import { actions } from '../../emulator/console/action.ts';
import { bcd } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { allActions, defaults, held, range } from './defaults.ts';

const [right] = actions('RIGHT');

/** The byte of the three kinds of games. */
const kinds = [0, 2, 8];

/** Faces of one colour, of six with nine bytes each. */
function uniformFaces(read: ReadRam): number {
  let faces = 0;
  for (let face = 0xa0; face < 0xa0 + 54; face += 9) {
    let square = 1;
    while (square < 9 && read(face + square) === read(face)) square++;
    if (square === 9) faces++;
  }
  return faces;
}

export const videoCube = defineGame({
  ...defaults,
  id: 'video_cube',
  title: 'Atari Video Cube',
  md5: ['3f540a30fdee0b20aed7288e4a5ea528'],
  minimalActions: allActions,
  startingActions: [...held('NOOP', 61), ...actions('FIRE'), ...held('NOOP', 2)],
  // Hundreds: the cube, 1 to 50, with 0 for the first; ones: the kind of game.
  modes: range(0, 50).flatMap((cube) => [0, 1, 2].map((kind) => 100 * cube + kind)),
  difficulties: [0, 1],
  selectMode: (console, mode) => {
    console.repeatUntil(
      () => (console.read(0xfb) & 0x1f) === kinds[mode % 100],
      () => console.pressSelect(2),
    );
    console.softReset();
    // Held to the right the number goes on by itself, some frames each. The soft reset that follows is the one of every reset.
    const cube = Math.max(1, Math.floor(mode / 100));
    console.repeatUntil(
      () => bcd(console.read(0x9f)) === cube,
      () => console.act(right),
      10_000,
    );
  },
  initialLives: 1,
  // The reference's reset leaves the timer's two values alone. At least four frames follow, which replace both.
  initialState: { faces: 0, timer: 0, timerBefore: 0 },
  step: (read, state) => {
    const faces = uniformFaces(read);
    state.timerBefore = state.timer;
    state.timer = read(0xdb);
    const timeIsUp = state.timer === 0 && state.timerBefore === 255;
    state.reward = timeIsUp ? -1 : faces - state.faces;
    state.faces = faces;
    state.terminal = timeIsUp || faces === 6;
  },
  lives: () => 1,
});
