/** The checksum of snapshots against zlib's, at every length around the sixteen bytes that it takes at a time. */
import { expect, test } from 'bun:test';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { crc32, crc32ByTable } from '../../src/emulator/crc32.ts';

test.each([
  ['here', crc32],
  ['by the table', crc32ByTable],
])("%s: equals zlib's", (_, crc32) => {
  expect(crc32(new TextEncoder().encode('123456789')) >>> 0).toBe(0xcbf43926);
  for (let length = 0; length <= 64; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => 255 - 7 * index);
    expect(crc32(bytes)).toBe(zlib.crc32(bytes) | 0);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, start) => {
      expect(crc32(bytes.subarray(start))).toBe(zlib.crc32(bytes.subarray(start)) | 0);
    }),
    { numRuns: 300 },
  );
});
