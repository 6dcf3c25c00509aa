import { describe, expect, test } from 'bun:test';
import { BestScores } from '../../src/page/play/bestScores.ts';

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe('best scores', () => {
  test('are kept by cartridge, and only better ones replace them', () => {
    const place = storage();
    const scores = new BestScores(place);
    expect(scores.best('a')).toBeUndefined();
    expect(scores.note('a', -8)).toBe(true);
    expect(scores.note('a', -9)).toBe(false);
    expect(scores.note('a', -8)).toBe(false);
    expect(scores.note('a', 0)).toBe(true);
    expect(new BestScores(place).best('a')).toBe(0);
    expect(new BestScores(place).best('b')).toBeUndefined();
  });

  test('matches are counted', () => {
    const place = storage();
    const scores = new BestScores(place);
    for (const [mine, agents] of [
      [3, 1],
      [0, 1],
      [2, 2],
      [9, -1],
    ])
      scores.noteMatch('a', mine, agents);
    expect(new BestScores(place).matches('a')).toEqual({ won: 2, lost: 1, drawn: 1 });
    expect(scores.matches('b')).toEqual({ won: 0, lost: 0, drawn: 0 });
  });

  test('what somebody else wrote there is none', () => {
    const place = storage();
    new BestScores(place).note('a', 5);
    new BestScores(place).noteMatch('a', 1, 0);
    for (const key of place.kept.keys()) place.kept.set(key, 'x');
    expect(new BestScores(place).best('a')).toBeUndefined();
    expect(new BestScores(place).matches('a')).toEqual({ won: 0, lost: 0, drawn: 0 });
  });

  test('a browser that keeps nothing knows them until the page is left', () => {
    const refusing = {
      getItem: (): never => {
        throw new Error('SecurityError');
      },
      setItem: (): never => {
        throw new Error('QuotaExceededError');
      },
    };
    for (const scores of [new BestScores(refusing), new BestScores(undefined)]) {
      expect(scores.note('a', 4)).toBe(true);
      expect(scores.best('a')).toBe(4);
    }
  });
});
