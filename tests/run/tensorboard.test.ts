/** TensorBoard's files: records, events and histograms on their own, then those of runs (tensorboardRun.test.ts has a real one). */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { EventFile } from '../../src/run/tensorboard/eventFile.ts';
import { encodeEvent } from '../../src/run/tensorboard/eventSchema.ts';
import { histogramOf } from '../../src/run/tensorboard/histogram.ts';
import { encodeRecord, maskedCrc32c } from '../../src/run/tensorboard/record.ts';
import { eventFiles, eventsOf, readEvent, readRecords, shownValues } from './eventReader.ts';

const root = mkdtempSync(join(tmpdir(), 'wgsl-dqn-tensorboard-'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(root, 'run-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('records', () => {
  test('the masked checksum of known bytes', () => {
    // CRC32C of "123456789" is e3069283, of 32 zeros 8a9136aa (RFC 3720, B.4); e3069283 turned right by 15 bits is 2507c60d.
    expect(maskedCrc32c(bytesOf('123456789'))).toBe((0x2507c60d + 0xa282ead8) >>> 0);
    // 8a9136aa turned by 15 is 6d551522, and the sum passes 2^32.
    expect(maskedCrc32c(new Uint8Array(32))).toBe(0x6d551522 + 0xa282ead8 - 2 ** 32);
    // A file that TensorFlow wrote (TensorBoard's test of the same function).
    expect(maskedCrc32c(bytesOf('\x1a\x11CRC test, one two'))).toBe(0x5794d08a);
  });

  test('the first record of a file that TensorFlow wrote, byte by byte', () => {
    // TensorBoard's test of its record reader: the event of 2020-09-11 that says the version.
    const wallTime = Buffer.from('0000803899d6d741', 'hex').readDoubleLE();
    expect(new Date(wallTime * 1000).getUTCFullYear()).toBe(2020);
    const record = encodeRecord(encodeEvent({ wallTime, fileVersion: 'brain.Event:2' }));
    const data = `090000803899d6d7411a0d${hexOf(bytesOf('brain.Event:2'))}`;
    expect(hexOf(record)).toBe(`1800000000000000a37f4b22${data}124b36ab`);
  });

  test('come back through the other reader', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (all) => {
        const records = readRecords(Buffer.concat(all.map(encodeRecord)));
        expect(records.map(hexOf)).toEqual(all.map(hexOf));
      }),
    );
  });

  test('the other reader sees a changed byte anywhere', () => {
    const record = encodeRecord(bytesOf('changed'));
    for (let place = 0; place < record.length; place++) {
      const changed = record.slice();
      changed[place] ^= 1;
      expect(() => readRecords(changed)).toThrow();
    }
  });
});

describe('events', () => {
  test('come back through the other reader, zeros and large steps included', () => {
    const step = 2 ** 40 + 3;
    const histo = { min: -1, max: 2, num: 3, sum: 1, sumSquares: 5, bucketLimit: [0, 1, 2.5], bucket: [1, 0, 2] };
    const image = { height: 420, width: 320, colorspace: 3 as const, encodedImageString: bytesOf('GIF89a') };
    const value = [
      { tag: 'reward', simpleValue: 0 },
      { tag: 'weights/ä', histo },
      { tag: 'evaluation/game', image },
    ];
    expect(readEvent(encodeEvent({ wallTime: 1.5, step, summary: { value } }))).toEqual({
      wallTime: 1.5,
      step,
      values: [
        { tag: 'reward', scalar: 0 },
        {
          tag: 'weights/ä',
          histogram: { min: -1, max: 2, num: 3, sum: 1, sumSquares: 5, limits: [0, 1, 2.5], counts: [1, 0, 2] },
        },
        { tag: 'evaluation/game', image: { height: 420, width: 320, colorspace: 3, bytes: Buffer.from('GIF89a') } },
      ],
    });
  });

  test('of the wrong kind are refused', () => {
    expect(() => encodeEvent({ wallTime: 1, step: 0.5 })).toThrow('TensorBoard: step');
  });
});

/** Any f32, weights of a network and edges of buckets among them. */
const float32s = fc.oneof(
  fc.float(),
  fc.float({ min: Math.fround(-0.2), max: Math.fround(0.2) }),
  fc.constantFrom(0, -0, 1e-12, -1e-12, 1e-40, -1e-40, 3e38, -3e38, Number.NaN, Infinity, -Infinity),
  fc.integer({ min: 0, max: 770 }).map((power) => Math.fround(1e-12 * 1.1 ** power)),
);

describe('histograms', () => {
  test('are sums and counts of all finite values, in buckets by the definition', () => {
    fc.assert(
      fc.property(fc.array(float32s, { maxLength: 60 }), fc.nat(3), (list, place) => {
        // Perhaps in the middle of a buffer.
        const values = new Float32Array(place + list.length).subarray(place);
        values.set(list);
        const finite = [...values].filter(Number.isFinite);
        const { min, max, num, sum, sumSquares, bucketLimit: limits, bucket: counts } = histogramOf(values);
        expect(num).toBe(finite.length);
        expect(sum).toBe(finite.reduce((total, value) => total + value, 0));
        expect(sumSquares).toBe(finite.reduce((total, value) => total + value * value, 0));
        if (num > 0) expect([min + 0, max + 0]).toEqual([Math.min(...finite) + 0, Math.max(...finite) + 0]);
        expect(limits.length).toBe(counts.length);
        expect(limits.length).toBeGreaterThan(0);
        for (let i = 0; i < limits.length; i++) {
          const from = i === 0 ? -Infinity : limits[i - 1];
          expect(limits[i]).toBeGreaterThan(from);
          expect(counts[i]).toBe(finite.filter((value) => value >= from && value < limits[i]).length);
        }
        expect(counts.reduce((total, count) => total + count, 0)).toBe(num);
      }),
      { numRuns: 300 },
    );
  });

  test('a bucket reaches a tenth further than it begins, and empty ones stand only before filled ones', () => {
    const values = Float32Array.of(0.001, 0.0011, 0.5, -0.25, -0.25);
    const { bucketLimit: limits, bucket: counts } = histogramOf(values);
    expect(counts).toEqual([0, 2, 0, 1, 1, 0, 1].slice(0, counts.length));
    const filled = counts.flatMap((count, i) => (count > 0 ? [i] : []));
    for (const i of filled) {
      const [from, to] = [limits[i - 1], limits[i]].map(Math.abs).sort((a, b) => a - b);
      expect(to / from).toBeCloseTo(1.1, 10);
    }
  });

  test('of many weights: more than 30 buckets hold them', () => {
    const values = Float32Array.from({ length: 100_000 }, (_, i) => 0.05 * Math.sin(i));
    const { num, bucketLimit, bucket } = histogramOf(values);
    expect(num).toBe(100_000);
    expect(bucket.filter((count) => count > 0).length).toBeGreaterThan(30);
    expect(bucketLimit.at(-1)! / 0.05).toBeWithin(1, 1.1);
  });
});

describe('event files', () => {
  const scalar = (step: number, simpleValue: number) => ({ step, summary: { value: [{ tag: 'x', simpleValue }] } });

  test('begin with the version, keep events until they are flushed, and follow each other by name', () => {
    const files = [new EventFile(folder), new EventFile(folder), new EventFile(folder)];
    files[0].add(scalar(1, 10));
    expect(eventsOf(folder)).toEqual([[], [], []]);
    for (const file of files) file.flush();
    files[0].flush({ durably: true });
    for (const file of files) file.close();
    const names = eventFiles(folder);
    expect(names).toEqual(files.map(({ path }) => path.slice(folder.length + 1)));
    for (const [i, name] of names.entries())
      expect(name).toMatch(new RegExp(`^events\\.out\\.tfevents\\.\\d{10}\\..+\\.${process.pid}\\.${i}$`));
    const [first, second] = eventsOf(folder);
    expect(first.map(({ fileVersion, step, values }) => ({ fileVersion, step, values }))).toEqual([
      { fileVersion: 'brain.Event:2', step: 0, values: [] },
      { fileVersion: undefined, step: 1, values: [{ tag: 'x', scalar: 10 }] },
    ]);
    expect(second.length).toBe(1);
    expect(Math.abs(first[0].wallTime - Date.now() / 1000)).toBeLessThan(60);
  });

  test('that end in half a record lose it alone; the next file is whole', () => {
    const file = new EventFile(folder);
    file.add(scalar(1, 10));
    file.add(scalar(2, 20));
    file.flush();
    file.close();
    const whole = readFileSync(file.path);
    const lengths = readRecords(whole).map(({ length }) => length + 16);
    const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0));
    const next = new EventFile(folder);
    next.add({ step: 2, sessionLog: { status: 1 } });
    next.add(scalar(2, 21));
    next.flush();
    next.close();
    for (let length = whole.length; length >= 0; length--) {
      truncateSync(file.path, length);
      expect(eventsOf(folder)[0].length).toBe(ends.filter((end) => end <= length).length);
      const first = length >= ends[1] ? [{ tag: 'x', step: 1, scalar: 10 }] : [];
      expect(shownValues(folder)).toEqual([...first, { tag: 'x', step: 2, scalar: 21 }]);
    }
  });

  test('a name of the same second and one that is no event file are no hindrance', () => {
    const future = Math.floor(Date.now() / 1000) + 1000;
    for (const name of [`events.out.tfevents.${future}.host.1.0`, 'events.out.tfevents.x', 'metrics.jsonl']) {
      closeSync(openSync(join(folder, name), 'w'));
    }
    const file = new EventFile(folder);
    file.close();
    expect(file.path).toContain(`events.out.tfevents.${future + 1}.`);
    expect(readdirSync(folder).length).toBe(4);
  });
});
