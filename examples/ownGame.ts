/**
 * A game entry of your own: what a cartridge's RAM means, in one object. Here it is other rules for our Bricks: each brick counts one,
 * whatever its row; a lost ball costs five; the game is over when three balls are gone.
 *
 *   bun examples/ownGame.ts [IMAGE]
 */
import { readFileSync } from 'node:fs';
import { Arcade, actions, cartridgeFor, defineGame, makeEnvironment, Xoshiro128 } from 'wgsl-dqn/env';

// Where things lie in this cartridge's RAM.
const ballsLeft = 0x82;
const bricksLeft = 0x85;
const ballIsOn = 0x86;
const ballLeft = 0x87;
const paddleLeft = 0x94;
const bricksOfAWall = 108;

const carefulBricks = defineGame({
  id: 'careful-bricks',
  title: 'Bricks for the careful',
  md5: [],
  // What the console is set up with, and what does something in the game.
  console: { left: 'PADDLES' },
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT'),
  startingActions: [],
  modes: [0],
  defaultMode: 0,
  difficulties: [0],
  defaultDifficulty: 0,
  initialLives: 5,
  // Evaluated after every frame, in this order. `state` has the names of `initialState` beside score, reward and terminal.
  initialState: { balls: 5 },
  score: (read) => bricksOfAWall - read(bricksLeft),
  reward: (read, state, score) => score - state.score - 5 * Math.max(0, state.balls - read(ballsLeft)),
  terminal: (read) => read(ballsLeft) <= 2 || read(bricksLeft) === 0,
  after: (read, state) => {
    state.balls = read(ballsLeft);
  },
  lives: (read) => read(ballsLeft),
});

const [, , path] = process.argv;
const rom = path === undefined ? cartridgeFor('bricks').rom : new Uint8Array(readFileSync(path));

// An arcade plays it frame by frame. This player looks into RAM: it serves, and keeps the paddle's middle under the ball's.
const arcade = new Arcade({ game: carefulBricks, rom, seed: 1 });
const [noop, fire, right, left] = arcade.actions;
let reward = 0;
while (!arcade.terminal && arcade.episodeFrames < 5000) {
  const at = (address: number) => arcade.ram[address - 0x80];
  const distance = at(ballLeft) + 2 - (at(paddleLeft) + 8);
  const towards = distance > 3 ? right : distance < -3 ? left : noop;
  reward += arcade.act(at(ballIsOn) === 0 ? fire : towards);
}
console.log(`a player who looks: ${arcade.score} bricks, reward ${reward}, ${arcade.episodeFrames} frames`);

// An environment has it as agents do: frame skip, observations, clipping.
const environment = makeEnvironment({ game: carefulBricks, rom, seed: 1 });
const random = new Xoshiro128(1, 'own game');
environment.reset();
for (;;) {
  const { terminated, info } = environment.step(random.nextInt(environment.actionCount));
  if (!terminated) continue;
  console.log(`a random one: ${info.score} bricks, reward ${info.episodeReturn}, ${info.episodeSteps} steps`);
  break;
}
