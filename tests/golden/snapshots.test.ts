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
const playedOn = 40;
const stops = 2;

/** Plays the rows from `from` on, `count` of them, and returns the first that differs. */
function playRows(arcade: Arcade, rows: readonly string[], from: number, count: number): string | undefined {
  for (const row of rows.slice(from, from + count)) {
    const [label, action] = row.split(' ');
    const isReset = label.startsWith('R');
    if (isReset) arcade.reset();
    const reward = isReset ? 0 : arcade.act(Number(action));
    const actual = `${label} ${action} ${reward} ${stateText(arcade)}`;
    if (actual !== row) return `${actual}, expected ${row}`;
  }
  return undefined;
}

describe('playing on equals never having stopped', () => {
  test.each([...goldenNames, ...ownNames])('%s', (name) => {
    const played = play(name);
    const rows = played.lines.filter((line) => !line.startsWith('#'));
    const random = new Xoshiro128(1, `stops of ${name}`);
    const arcade = load(played);
    // Another state of another sequence of sticky actions, which restoring must leave nothing of.
    const other = load(played, 2);
    let at = 1;
    for (let stop = 0; stop < stops; stop++) {
      const next = at + (random.nextU32() % (frames / stops - playedOn));
      expect(playRows(arcade, rows, at, next - at)).toBeUndefined();
      const snapshot = arcade.snapshot();
      const clone = arcade.clone();
      other.act(1);
      other.restore(snapshot);
      const playOn = (console: Arcade): string | undefined => playRows(console, rows, next, playedOn);
      expect(['never having stopped', playOn(arcade)]).toEqual(['never having stopped', undefined]);
      expect(['a clone', playOn(clone)]).toEqual(['a clone', undefined]);
      expect(['another console', playOn(other)]).toEqual(['another console', undefined]);
      arcade.restore(snapshot);
      expect(['the same console', playOn(arcade)]).toEqual(['the same console', undefined]);
      at = next + playedOn;
    }
  });
});
