import { describe, expect, test } from 'bun:test';
import { ScreenQueue } from '../../src/page/play/screenQueue.ts';
import { shownWidth } from '../../src/page/play/screenSize.ts';

describe('a screen is shown', () => {
  test.each([
    // room, height, ratio, width
    [1240, 680, 210, 1, 960],
    [1240, 680, 250, 1, 640],
    [590, 680, 210, 1, 480],
    [336, 600, 210, 1, 320],
    [336, 600, 210, 3, 320],
    [366, 700, 210, 2, 320],
    [500, 2000, 210, 2, 480],
  ])('in a room of %i x %i, %i lines, %i pixels to one of CSS: %i wide', (roomX, roomY, height, ratio, width) => {
    expect(shownWidth(roomX, roomY, height, ratio)).toBe(width);
  });

  test('smaller than itself only where it must be', () => {
    expect(shownWidth(300, 600, 210, 1)).toBe(300);
  });
});

describe('the queue of screens', () => {
  test('gives them back in order, as copies, with their steps and scores', () => {
    const queue = new ScreenQueue(3, 2);
    const screen = new Uint8Array(2);
    const seen: number[][] = [];
    for (let i = 0; i < 10; i++) {
      screen.fill(i);
      queue.push(screen, i, -i);
      if (i % 2 === 0) continue;
      while (queue.length > 0) {
        seen.push([queue.screen[1], queue.step, queue.score]);
        queue.drop();
      }
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => [i, i, -i]));
  });

  test('says what room it has, and refuses more', () => {
    const queue = new ScreenQueue(2, 1);
    queue.push(new Uint8Array(1), 0, 0);
    expect([queue.length, queue.room]).toEqual([1, 1]);
    queue.push(new Uint8Array(1), 0, 0);
    expect(() => queue.push(new Uint8Array(1), 0, 0)).toThrow(RangeError);
    queue.clear();
    expect(queue.room).toBe(2);
  });
});
