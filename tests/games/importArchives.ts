/**
 * Writes the archives that imports are tested with, hostile ones included, byte by byte: what a proper library refuses to write.
 * Sources: PKWARE APPNOTE 4.3 and 4.4, POSIX.1 ustar, RFC 1952.
 */
import { constants, crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Raw deflate data that says it is `bytes`, in the stead of what `bytes` would be packed to. */
  readonly packed?: Uint8Array;
  readonly declaredBytes?: number;
  readonly crc?: number;
  /** 8 is deflate, 0 stored. */
  readonly method?: number;
  readonly flags?: number;
  /** A Unix mode. */
  readonly mode?: number;
}

const isEncrypted = 1;

export function encrypted(name: string, bytes: Uint8Array): ZipEntry {
  return { name, bytes, flags: isEncrypted };
}

export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { name, bytes, method = 8, flags = 0, mode = 0 } = entry;
    const packed = entry.packed ?? (method === 0 ? bytes : deflateRawSync(bytes));
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(entry.crc ?? crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(entry.declaredBytes ?? bytes.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeByUnix = Buffer.from([20, 3]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeByUnix, common, tail, nameBytes]));
    parts.push(local);
    offset += local.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directoryBytes, end]);
}

export interface TarEntry {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly declaredBytes?: number;
  /** `0` file, `1` hard link, `2` symbolic link, `3` character device, `5` folder, `6` pipe. */
  readonly type?: string;
  readonly linkTo?: string;
}

export function tar(entries: readonly TarEntry[]): Buffer {
  const end = Buffer.alloc(1024);
  return Buffer.concat([
    ...entries.flatMap((entry) => [tarHeader(entry), padded(entry.bytes ?? new Uint8Array())]),
    end,
  ]);
}

export function tarHeader({ name, bytes, declaredBytes, type = '0', linkTo = '' }: TarEntry): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(declaredBytes ?? bytes?.length ?? 0).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(linkTo, 157, 100);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function padded(bytes: Uint8Array): Buffer {
  const whole = Buffer.alloc(Math.ceil(bytes.length / 512) * 512);
  whole.set(bytes);
  return whole;
}

/** Raw deflate data of `head` and so many MiB of zeros, or of another byte: a thousandth of their size. */
export function deflatedZeros(mebibytes: number, head: Uint8Array = new Uint8Array(), byte = 0): Buffer {
  const unfinished = { finishFlush: constants.Z_SYNC_FLUSH };
  const zeros = deflateRawSync(new Uint8Array(2 ** 20).fill(byte), unfinished);
  return Buffer.concat([
    deflateRawSync(head, unfinished),
    ...Array<Buffer>(mebibytes).fill(zeros),
    Buffer.from([3, 0]),
  ]);
}

/** A gzip file of raw deflate data; its checksum is wrong. */
export function gzipOf(deflated: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), deflated, Buffer.alloc(8)]);
}
