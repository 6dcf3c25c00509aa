/**
 * Runs are told apart by colour, also by those who see fewer of them: dichromacy is simulated after Machado, Oliveira and Fernandes (2009,
 * "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1), differences are CIE 1976 (Lab, D65).
 */
import { describe, expect, test } from 'bun:test';
import { dashes, runColours, styleOf } from '../../src/page/curves/colours.ts';

type Triple = [number, number, number];

const grounds = { light: '#ffffff', dark: '#161b22' } as const;
const sights: Readonly<Record<string, readonly Triple[]>> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Linear sRGB, 0 to 1. */
function linear(hex: string): Triple {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

function times(rows: readonly Triple[], of: Triple): Triple {
  return rows.map((row) => row[0] * of[0] + row[1] * of[1] + row[2] * of[2]) as Triple;
}

function lab(hex: string, sight: readonly Triple[]): Triple {
  const seen = times(sight, linear(hex)).map((value) => Math.min(1, Math.max(0, value))) as Triple;
  const [x, y, z] = times(
    [
      [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339 / 1.08883, 0.119192 / 1.08883, 0.9503041 / 1.08883],
    ],
    seen,
  ).map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function luminance(hex: string): number {
  return times([[0.2126, 0.7152, 0.0722]], linear(hex))[0];
}

describe.each(['light', 'dark'] as const)('on %s ground', (theme) => {
  const colours = runColours[theme];
  const pairs = colours.flatMap((a, at) => colours.slice(at + 1).map((b): [string, string] => [a, b]));

  // 10 is where two lines side by side are still told apart at a glance; a just noticeable difference is 2.3.
  test.each(Object.keys(sights))('any two colours differ: %s', (sight) => {
    const differences = pairs.map(([a, b]) => {
      const [one, other] = [lab(a, sights[sight]), lab(b, sights[sight])];
      return { pair: `${a} ${b}`, difference: Math.hypot(...one.map((value, at) => value - other[at])) };
    });
    expect(differences.filter(({ difference }) => difference < 10)).toEqual([]);
  });

  test('each stands out from it at least 3 : 1 (WCAG 2.2, 1.4.11)', () => {
    const [ground, ...lines] = [grounds[theme], ...colours].map(luminance);
    for (const [at, line] of lines.entries()) {
      const ratio = (Math.max(line, ground) + 0.05) / (Math.min(line, ground) + 0.05);
      expect({ colour: colours[at], standsOut: ratio >= 3 }).toEqual({ colour: colours[at], standsOut: true });
    }
  });
});

test('as many runs as there are colours and dash patterns are drawn differently', () => {
  const looks = Array.from({ length: runColours.light.length * dashes.length }, (_, place) => styleOf(place, 'light'));
  expect(new Set(looks.map((look) => JSON.stringify(look))).size).toBe(looks.length);
});
