/**
 * Tensors in files: the safetensors format. Written are F32 and U8, without gaps; read are the other float types, too, as f32.
 * Source: https://github.com/huggingface/safetensors, "Format": u64 little-endian length N, N bytes of JSON
 * {"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {string: string}}, then the data.
 */

/** A dense tensor, last axis fastest. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

export interface SafetensorsFile<T extends StoredTensor = StoredTensor> {
  readonly tensors: readonly T[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Names may not be longer than this in total; a length beyond it means that the file is something else. */
const maxHeaderBytes = 100_000_000;

/** The file as chunks to be written one after another: header, then each tensor's bytes in the order given. */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    const end = offset + data.byteLength;
    const dtype = data instanceof Float32Array ? 'F32' : 'U8';
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data begins at a multiple of 8, so that readers may map it.
  const headerBytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(headerBytes.buffer).setBigUint64(0, BigInt(headerBytes.length - 8), true);
  headerBytes.set(json, 8);
  return [headerBytes, ...tensors.map(({ data }) => bytesOf(data))];
}

/** Reads a file. Throws RangeError saying what is wrong with it. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  // A plain view: the slice of a node Buffer would be no copy.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 8) throw new RangeError(`${file.length} bytes are too few for a safetensors file`);
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (headerLength > maxHeaderBytes || 8 + headerLength > file.length) {
    throw new RangeError(`the safetensors header would be ${headerLength} bytes long in a file of ${file.length}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  } catch (error) {
    throw new RangeError('the safetensors header is not valid JSON', { cause: error });
  }
  if (typeof header !== 'object' || header === null) throw new RangeError('the safetensors header is no JSON object');
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  const data = file.subarray(8 + headerLength);
  const tensors = Object.entries(entries).map(([name, entry]) => decodeTensor(name, entry, data));
  return { tensors, metadata: metadata as Record<string, string> };
}

/** Of each type that is read: bytes of an element, and how its bytes, a copy of their own, become an array. */
const types: Readonly<Record<string, { bytes: number; array(bytes: Uint8Array<ArrayBuffer>): StoredTensor['data'] }>> =
  {
    F64: { bytes: 8, array: ({ buffer }) => Float32Array.from(new Float64Array(buffer)) },
    F32: { bytes: 4, array: ({ buffer }) => new Float32Array(buffer) },
    F16: { bytes: 2, array: ({ buffer }) => Float32Array.from(new Float16Array(buffer)) },
    // The upper half of an f32.
    BF16: {
      bytes: 2,
      array: ({ buffer }) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer),
    },
    U8: { bytes: 1, array: (bytes) => bytes },
  };

/** What the header says of a tensor. */
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isEntry(entry: unknown): entry is Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Record<keyof Entry, unknown>>;
  const areCounts = [shape, offsets].every((list) => Array.isArray(list) && list.every(isCount));
  return typeof dtype === 'string' && areCounts && (offsets as unknown[]).length === 2;
}

function decodeTensor(name: string, entry: unknown, data: Uint8Array): StoredTensor {
  if (!isEntry(entry))
    throw new RangeError(`the tensor ${name} has no type, shape and place in the safetensors header`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const type = Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  if (type === undefined) {
    throw new RangeError(`the tensor ${name} is of type ${dtype}; known are ${Object.keys(types).join(', ')}`);
  }
  const [begin, end] = offsets;
  const byteLength = shape.reduce((product, extent) => product * extent, type.bytes);
  if (end - begin !== byteLength || end > data.length) {
    throw new RangeError(`the tensor ${name} needs ${byteLength} bytes and has ${begin} to ${end} of ${data.length}`);
  }
  return { name, shape, data: type.array(data.slice(begin, end)) };
}

/** The format is little-endian, and so is every platform that Bun and browsers run on. */
export function bytesOf(data: Float32Array | Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
