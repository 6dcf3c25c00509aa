/**
 * The framing of TFRecord files: length, masked CRC of the length, data, masked CRC of the data.
 * Source: TensorFlow, core/lib/io/record_writer.h (layout) and core/lib/hash/crc32c.h (mask); the CRC itself is RFC 3720's, B.4.
 */
import { crc32c } from '@aws-crypto/crc32c';

/** A CRC of data that itself holds CRCs says little, so that those that are stored are turned and moved. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The record that holds `data`. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}
