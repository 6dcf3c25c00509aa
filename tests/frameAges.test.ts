/** Which observations make a state, worked by hand. */
import { expect, test } from 'bun:test';
import { UserError } from '../src/errors.ts';
import { frameAges, type HistoryType } from '../src/frameAges.ts';

test.each<[HistoryType, number, number, number[]]>([
  ['linear', 4, 1, [0, 1, 2, 3]],
  ['linear', 4, 3, [0, 3, 6, 9]],
  ['linear', 1, 7, [0]],
  // Gaps 1, 2, 4, 8.
  ['exp2', 5, 1, [0, 1, 3, 7, 15]],
  ['exp2', 4, 5, [0, 5, 15, 35]],
  // 1.25 to the powers 0 to 5: 1, 1.25, 1.56, 1.95, 2.44, 3.05; gaps 1, 2, 2, 2, 3, 4.
  ['exp1.25', 7, 1, [0, 1, 3, 5, 7, 10, 14]],
  ['exp1.25', 3, 4, [0, 4, 12]],
])('%s, %i observations, spacing %i', (type, stack, spacing, ages) => {
  expect(frameAges(stack, type, spacing)).toEqual(ages);
});

test('a state that reaches back too far is refused in one line', () => {
  expect(frameAges(12, 'exp2', 1).at(-1)).toBe(2047);
  expect(() => frameAges(13, 'exp2', 1)).toThrow('reaches 4095 observations back; 4000 is the most');
  expect(() => frameAges(16, 'exp2', 100)).toThrow(UserError);
});
