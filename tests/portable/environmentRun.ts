/**
 * Plays a game and boils all that can be seen of it down to one hash: from the sources under Bun, from a bundle wherever JavaScript runs.
 * Knows nothing of where it runs.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import * as emulator from '../../src/emulator/index.ts';
import { cartridgeFor, makeEnvironment, md5Of } from '../../src/env/index.ts';
import { traceArcade } from '../../src/env/trace/play.ts';
import { traceLines } from '../../src/env/trace/write.ts';
import { Xoshiro128 } from '../../src/random.ts';

/** Frames, rewards and ends of `steps` agent steps with drawn actions, a snapshot halfway, and a trace of the console. */
export function hashOfPlay(game: string, steps: number): string {
  const hash = sha256.create();
  const environment = makeEnvironment({ game, seed: 3, repeatActionProbability: 0.25, randomStarts: 30 });
  const random = new Xoshiro128(3, 'tests/portable');
  const play = (count: number): void => {
    for (let step = 0; step < count; step++) {
      const { reward, terminated, truncated, info } = environment.step(random.nextInt(environment.actionCount));
      hash.update(environment.frame);
      hash.update(new Uint8Array(Float64Array.of(reward, info.score, info.lives, terminated ? 1 : 0).buffer));
      if (terminated || truncated) environment.reset();
    }
  };
  environment.reset();
  play(Math.floor(steps / 2));
  const halfway = environment.snapshot();
  hash.update(halfway);
  play(Math.ceil(steps / 2));
  environment.restore(halfway);
  play(10);
  for (const line of trace(game)) hash.update(new TextEncoder().encode(line));
  return bytesToHex(hash.digest());
}

function* trace(name: string): Generator<string> {
  const { game, rom: bytes } = cartridgeFor(name);
  const cartridge = { file: `${name}.bin`, title: game.title, md5: md5Of(bytes), bytes, game };
  const settings = { seed: 1, frameSkip: 1, sticky: 0, any: false };
  yield* traceLines(cartridge, traceArcade(cartridge, settings), settings, {
    frames: 30,
    full: 30,
    every: 1,
    ram: true,
  });
}

/** The colour of the middle of the picture after a second, as `0xRRGGBB`: the console by itself. */
export function colourOfConsole(game: string): number {
  const console = new emulator.Console(cartridgeFor(game).rom);
  for (let frame = 0; frame < 60; frame++) console.runFrame();
  return emulator.coloursOf(console.format).rgb[console.screen[160 * (console.screenHeight >> 1) + 80]];
}
