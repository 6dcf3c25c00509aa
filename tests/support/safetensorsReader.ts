/**
 * Reads a safetensors file by the letter of the format's page (https://github.com/huggingface/safetensors, "Format"), and shares nothing
 * with src/agent/safetensors.ts.
 */

/** Throws where the file breaks a rule of the page. */
export function readIndependently(file: Uint8Array) {
  const buffer = Buffer.from(file);
  const length = buffer.readUInt32LE(0);
  if (buffer.readUInt32LE(4) !== 0) throw new Error('a header of 4 GB or more');
  const json = buffer.toString('utf8', 8, 8 + length);
  if (json[0] !== '{') throw new Error('the header must begin with {');
  const { __metadata__: metadata, ...header } = JSON.parse(json);
  const data = buffer.subarray(8 + length);
  let next = 0;
  const tensors = Object.entries(header).map(([name, entry]) => {
    const { dtype, shape, data_offsets: offsets } = entry as { dtype: string; shape: number[]; data_offsets: number[] };
    // "The byte buffer needs to be entirely indexed, and cannot contain holes."
    if (offsets[0] !== next) throw new Error(`${name} begins at ${offsets[0]}, the one before ends at ${next}`);
    next = offsets[1];
    const bytes = data.subarray(offsets[0], offsets[1]);
    const count = shape.reduce((a, b) => a * b, 1);
    if (bytes.length !== count * (dtype === 'F32' ? 4 : 1)) throw new Error(`${name} has ${bytes.length} bytes`);
    const value = (i: number) => (dtype === 'F32' ? bytes.readFloatLE(4 * i) : bytes.readUInt8(i));
    return { name, dtype, shape, values: Array.from({ length: count }, (_, i) => value(i)) };
  });
  if (next !== data.length) throw new Error(`${data.length - next} bytes belong to no tensor`);
  return { tensors, metadata: metadata as Record<string, string> | undefined, dataStart: 8 + length, data };
}
