/**
 * The console on its own: our Pong for ten seconds, its paddle held up by hand; what the score's two bytes of RAM say, and the picture.
 *
 *   bun examples/console.ts [IMAGE]
 */
import { readFileSync } from 'node:fs';
import { Console, coloursOf, paddleRange } from 'wgsl-dqn/emulator';
import { cartridgeFor } from 'wgsl-dqn/env';

const [, , path] = process.argv;
const atari =
  path === undefined
    ? new Console(cartridgeFor('pong').rom, cartridgeFor('pong').game.console)
    : new Console(new Uint8Array(readFileSync(path)));

const frames = 600;
const before = performance.now();
for (let frame = 0; frame < frames; frame++) {
  // RESET begins the game; the button serves. The resistance of a paddle is where its knob stands.
  atari.controls.setSwitches(frame >= 60 && frame < 64, false);
  atari.controls.setPaddles(paddleRange.min, paddleRange.start, frame % 60 === 0);
  atari.runFrame();
}
const seconds = (performance.now() - before) / 1000;

// The picture: 160 x 210 colour registers, here as grey letters; coloursOf(…).rgb has the colours.
const { screen, screenWidth, screenHeight } = atari;
const { grey } = coloursOf(atari.format);
for (let row = 0; row < screenHeight; row += 6) {
  let line = '';
  for (let column = 0; column < screenWidth; column += 2) {
    line += ' .:-=+*#%@'[Math.floor(grey[screen[row * screenWidth + column]] / 25.6)];
  }
  console.log(line);
}
const [we, it] = atari.ram;
console.log(`${frames} frames of ${atari.format} in ${seconds.toFixed(2)} s; RAM: we have ${we} points, it has ${it}`);

// A snapshot goes back to any moment.
const snapshot = atari.snapshot();
for (let frame = 0; frame < frames; frame++) atari.runFrame(false);
const later = atari.ram.join();
atari.restore(snapshot);
for (let frame = 0; frame < frames; frame++) atari.runFrame();
console.log(
  `the same ten seconds again from a snapshot of ${snapshot.length} bytes: ${atari.ram.join() === later ? 'equal' : 'DIFFERENT'}`,
);
