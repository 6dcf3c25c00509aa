/**
 * Playing on from a snapshot equals never having stopped: in another console, in the same one after it went on, and in a clone; from
 * random frames of every cartridge.
 */
import { describe, expect, test } from 'bun:test';
import type { Arcade } from '../../src/env/arcade.ts';
import { stateText } from '../../src/env/trace/play.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { frames, goldenNames, load, ownNames, play } from './cartridges.ts';

/** How long is played on. */
const playedOn = 30;
const stops = 2;

/** Plays the rows from `from` on, up to `to`, and returns the first that differs. */
function playRows(arcade: Arcade, rows: readonly string[], from: number, to: number, drawn = true): string | undefined {
  for (const row of rows.slice(from, to)) {
    const [label, action] = row.split(' ');
    const isReset = label.startsWith('R');
    if (isReset) arcade.reset();
    const reward = isReset ? 0 : arcade.act(Number(action), drawn);
    const actual = `${label} ${action} ${reward} ${stateText(arcade, drawn)}`;
    if (drawn && actual !== row) return `${actual}, expected ${row}`;
  }
  return undefined;
}

describe('playing on equals never having stopped', () => {
  test.each([...goldenNames, ...ownNames])('%s', (name) => {
    const played = play(name);
    const rows = played.lines.filter((line) => !line.startsWith('#'));
    const random = new Xoshiro128(1, `stops of ${name}`);
    const arcade = load(played);
    // What was not drawn before a snapshot is as little to be seen behind it.
    const undrawn = load(played);
    // Another state, with both random sequences elsewhere; restoring must leave nothing of it.
    const other = load(played, 2);
    other.reset();
    let clone = arcade;
    let at = 1;
    for (let stop = 0; stop < stops; stop++) {
      const from = at + (random.nextU32() % (frames / stops - playedOn));
      const to = from + playedOn;
      expect(playRows(arcade, rows, at, from)).toBeUndefined();
      playRows(undrawn, rows, at, from, false);
      const snapshot = arcade.snapshot();
      clone = arcade.clone();
      other.restore(snapshot);
      const again = undrawn.clone();
      expect(['never having stopped', playRows(arcade, rows, from, to)]).toEqual(['never having stopped', undefined]);
      for (const [way, console] of Object.entries({ clone, other, again, undrawn })) {
        expect([way, playRows(console, rows, from, to)]).toEqual([way, undefined]);
      }
      arcade.restore(snapshot);
      expect(['restored', playRows(arcade, rows, from, to)]).toEqual(['restored', undefined]);
      at = to;
    }
    // The console's noise, too, goes on where it was.
    for (const console of [arcade, clone, other]) console.reset();
    expect([stateText(clone), stateText(other)]).toEqual([stateText(arcade), stateText(arcade)]);
  });
});
