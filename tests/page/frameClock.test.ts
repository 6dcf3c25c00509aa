import { describe, expect, test } from 'bun:test';
import { FrameClock } from '../../src/page/play/frameClock.ts';

/** Frames that come due while a display refreshes `hertz` times a second for so long, by refresh; `jitterMs` by which a refresh may be late. */
function framesOn(clock: FrameClock, hertz: number, seconds: number, jitterMs = 0): number[] {
  return Array.from({ length: Math.round(hertz * seconds) + 1 }, (_, i) =>
    clock.due((1000 * i) / hertz + (i % 3 === 1 ? jitterMs : 0)),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('frames come due', () => {
  test.each([
    [60, 60],
    [60, 120],
    [60, 144],
    [60, 75],
    [60, 30],
    [50, 60],
    [50, 144],
  ])('%i a second on a display of %i Hz, for an hour', (framesPerSecond, hertz) => {
    const frames = framesOn(new FrameClock(framesPerSecond), hertz, 3600);
    expect(Math.abs(sum(frames) - framesPerSecond * 3600)).toBeLessThanOrEqual(1);
    expect(Math.max(...frames)).toBe(Math.ceil(framesPerSecond / hertz));
  });

  test('one a refresh at 60 Hz, whatever a few milliseconds of jitter', () => {
    const frames = framesOn(new FrameClock(60), 60, 60, 6).slice(1);
    expect(new Set(frames)).toEqual(new Set([1]));
  });

  test('faster or slower as `speed` says', () => {
    const clock = new FrameClock(60);
    clock.speed = 0.5;
    expect(sum(framesOn(clock, 60, 10))).toBe(300);
    clock.stop();
    clock.speed = 8;
    expect(sum(framesOn(clock, 60, 10))).toBe(4800);
  });
});

describe('what could not be shown lapses', () => {
  test('a background tab is not made up for', () => {
    const clock = new FrameClock(60);
    framesOn(clock, 60, 1);
    expect(clock.due(3_600_000)).toBeLessThanOrEqual(6);
    expect(clock.due(3_600_000 + 1000 / 60)).toBe(1);
  });

  test('a machine that is too slow does not fall ever further behind', () => {
    const clock = new FrameClock(60);
    let nowMs = 0;
    let most = 0;
    // Each frame takes 50 ms: three times too long.
    for (let i = 0; i < 100; i++) {
      const frames = clock.due(nowMs);
      most = Math.max(most, frames);
      nowMs += 50 * frames + 16;
    }
    expect(most).toBeLessThanOrEqual(7);
  });

  test('neither do pauses count, nor a clock that goes back', () => {
    const clock = new FrameClock(60);
    framesOn(clock, 60, 1);
    clock.stop();
    expect(clock.due(5000)).toBe(0);
    expect(clock.due(5000 + 1000 / 60)).toBe(1);
    expect(clock.due(4000)).toBe(0);
  });
});
