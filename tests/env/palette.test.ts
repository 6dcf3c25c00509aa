import { expect, test } from 'bun:test';
import { channelMax, milliLuminance, paletteOf } from '../../src/env/palette.ts';

// Values as the reference's palette.json gives them, each at its place of 128; among the greys those that another last digit of a
// weight would change.
const known = {
  NTSC: {
    rgb: { 0: 0x000000, 1: 0x4a4a4a, 72: 0x001c88, 113: 0x505916, 127: 0xfce070 },
    grey: { 1: 74, 8: 64, 15: 233, 68: 104, 84: 141, 86: 182, 113: 79 },
  },
  PAL: {
    rgb: { 8: 0x000000, 16: 0x805800, 127: 0xececec },
    grey: { 1: 43, 7: 236, 16: 90, 56: 64, 67: 110, 92: 131, 101: 135 },
  },
  SECAM: { rgb: { 1: 0x2121ff, 2: 0xf03c79, 7: 0xffffff, 9: 0x2121ff }, grey: { 1: 58, 2: 121, 3: 152, 7: 255 } },
} as const;

for (const format of ['NTSC', 'PAL', 'SECAM'] as const) {
  test(`${format}: known colours and greys at their bytes`, () => {
    const palette = paletteOf(format);
    for (const [place, rgb] of Object.entries(known[format].rgb)) expect(palette.rgb[Number(place) * 2]).toBe(rgb);
    for (const [place, grey] of Object.entries(known[format].grey)) expect(palette.grey[Number(place) * 2]).toBe(grey);
  });

  test(`${format}: an odd byte is the grey of its colour`, () => {
    const palette = paletteOf(format);
    for (let byte = 0; byte < 256; byte += 2) {
      expect(palette.grey[byte + 1]).toBe(palette.grey[byte]);
      expect(palette.rgb[byte + 1]).toBe((palette.grey[byte] << 16) | (palette.grey[byte] << 8) | palette.grey[byte]);
    }
  });
}

test('every grey is the rounded .2989 .5870 .1140 of its colour', () => {
  for (const format of ['NTSC', 'PAL', 'SECAM'] as const) {
    const { rgb, grey } = paletteOf(format);
    for (let byte = 0; byte < 256; byte += 2) {
      const exact = 0.2989 * (rgb[byte] >> 16) + 0.587 * ((rgb[byte] >> 8) & 255) + 0.114 * (rgb[byte] & 255);
      expect(Math.abs(grey[byte] - exact)).toBeLessThan(0.5);
    }
  }
});

test('luminance in thousandths, and of the larger channel each', () => {
  expect(milliLuminance(0xffffff)).toBe(255000);
  expect(milliLuminance(0xc84848)).toBe(299 * 200 + 587 * 72 + 114 * 72);
  expect(channelMax(0x940000, 0x001c88)).toBe(0x941c88);
  const { milliLuminanceOfMax } = paletteOf('NTSC');
  const red = 0x40; // 0x940000, luminance 44.252
  const blue = 0x90; // 0x001c88, luminance 31.940
  expect(milliLuminanceOfMax[red * 256 + red]).toBe(44252);
  expect(milliLuminanceOfMax[blue * 256 + blue]).toBe(31940);
  // Brighter than either: the maximum is taken before the luminance.
  expect(milliLuminanceOfMax[red * 256 + blue]).toBe(44252 + 31940);
  expect(milliLuminanceOfMax[blue * 256 + red]).toBe(44252 + 31940);
});
