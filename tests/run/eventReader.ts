/**
 * Reads TensorBoard's event files back with nothing of src/run/tensorboard: fields by the numbers that event.proto, summary.proto and
 * histogram.proto publish, through another protobuf library, and another implementation of CRC32C.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import { PbfReader } from 'pbf';

export interface ReadHistogram {
  min: number;
  max: number;
  num: number;
  sum: number;
  sumSquares: number;
  limits: number[];
  counts: number[];
}

export interface ReadImage {
  height: number;
  width: number;
  colorspace: number;
  bytes: Uint8Array;
}

export interface ReadValue {
  tag: string;
  scalar?: number;
  histogram?: ReadHistogram;
  image?: ReadImage;
}

export interface ReadEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  values: ReadValue[];
}

/** CRC32C turned right by 15 bits, plus 0xa282ead8. */
function masked(bytes: Uint8Array): bigint {
  const crc = BigInt(crc32c(bytes));
  return (((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn;
}

/** The data of each whole record; half a one at the end is passed over. Throws where a checksum is wrong. */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const file = Buffer.from(bytes);
  const records: Uint8Array[] = [];
  for (let at = 0; at + 12 <= file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    if (BigInt(file.readUInt32LE(at + 8)) !== masked(file.subarray(at, at + 8))) throw new Error(`length at ${at}`);
    const end = at + 12 + length;
    if (end + 4 > file.length) break;
    const data = file.subarray(at + 12, end);
    if (BigInt(file.readUInt32LE(end)) !== masked(data)) throw new Error(`data at ${at}`);
    records.push(data);
    at = end + 4;
  }
  return records;
}

export function readEvent(record: Uint8Array): ReadEvent {
  const event: ReadEvent = { wallTime: Number.NaN, step: 0, values: [] };
  return new PbfReader(record).readFields((field, into: ReadEvent, pbf) => {
    if (field === 1) into.wallTime = pbf.readDouble();
    else if (field === 2) into.step = pbf.readVarint(true);
    else if (field === 3) into.fileVersion = pbf.readString();
    else if (field === 5) pbf.readMessage(readSummary, into);
    else if (field === 7) pbf.readMessage(readSessionLog, into);
    else throw new Error(`an event has no field ${field} here`);
  }, event);
}

function readSessionLog(field: number, event: ReadEvent, pbf: PbfReader): void {
  if (field !== 1) throw new Error(`SessionLog has no field ${field} here`);
  event.sessionStatus = pbf.readVarint();
}

function readSummary(field: number, event: ReadEvent, pbf: PbfReader): void {
  if (field !== 1) throw new Error(`Summary has no field ${field}`);
  event.values.push(pbf.readMessage(readValue, { tag: '' }));
}

function readValue(field: number, value: ReadValue, pbf: PbfReader): void {
  if (field === 1) value.tag = pbf.readString();
  else if (field === 2) value.scalar = pbf.readFloat();
  else if (field === 4) {
    value.image = pbf.readMessage(readImage, { height: 0, width: 0, colorspace: 0, bytes: new Uint8Array() });
  } else if (field === 5) {
    const zero = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0 };
    value.histogram = pbf.readMessage(readHistogram, { ...zero, limits: [], counts: [] });
  } else throw new Error(`Summary.Value has no field ${field} here`);
}

function readImage(field: number, image: ReadImage, pbf: PbfReader): void {
  if (field === 1) image.height = pbf.readVarint();
  else if (field === 2) image.width = pbf.readVarint();
  else if (field === 3) image.colorspace = pbf.readVarint();
  else if (field === 4) image.bytes = pbf.readBytes();
  else throw new Error(`Summary.Image has no field ${field}`);
}

function readHistogram(field: number, histogram: ReadHistogram, pbf: PbfReader): void {
  if (field === 1) histogram.min = pbf.readDouble();
  else if (field === 2) histogram.max = pbf.readDouble();
  else if (field === 3) histogram.num = pbf.readDouble();
  else if (field === 4) histogram.sum = pbf.readDouble();
  else if (field === 5) histogram.sumSquares = pbf.readDouble();
  else if (field === 6) pbf.readPackedDouble(histogram.limits);
  else if (field === 7) pbf.readPackedDouble(histogram.counts);
  else throw new Error(`HistogramProto has no field ${field}`);
}

/** The names of a run's event files, in the order in which TensorBoard reads them. */
export function eventFiles(runFolder: string): string[] {
  return readdirSync(runFolder)
    .filter((name) => name.includes('tfevents'))
    .sort();
}

/** The events of each file. */
export function eventsOf(runFolder: string): ReadEvent[][] {
  return eventFiles(runFolder).map((name) => readRecords(readFileSync(join(runFolder, name))).map(readEvent));
}

export interface ShownValue extends ReadValue {
  step: number;
}

/** What TensorBoard shows: all values, without those that a session's start makes void. */
export function shownValues(runFolder: string): ShownValue[] {
  let shown: ShownValue[] = [];
  for (const { step, values, sessionStatus } of eventsOf(runFolder).flat()) {
    if (sessionStatus === 1) shown = shown.filter((value) => value.step < step);
    shown.push(...values.map((value) => ({ ...value, step })));
  }
  return shown;
}
