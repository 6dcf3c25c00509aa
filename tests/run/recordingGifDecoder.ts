/**
 * Reads a GIF back into full pictures, for tests: every frame drawn over the one before, as 0xRRGGBB.
 * Knows what recordings use: whole frames, disposal 1, no interlace. Source: GIF89a specification, CompuServe, 1990.
 */

export interface DecodedGif {
  readonly width: number;
  readonly height: number;
  /** Whether it plays for ever. */
  readonly loops: boolean;
  readonly pictures: readonly { readonly rgb: Uint32Array; readonly hundredths: number; readonly colours: number }[];
}

export function decodeGif(bytes: Uint8Array): DecodedGif {
  let at = 0;
  const byte = () => bytes[at++];
  const word = () => byte() | (byte() << 8);
  const text = (length: number) => String.fromCharCode(...Array.from({ length }, byte));
  const colourTable = (flags: number) => {
    const table = new Uint32Array(2 << (flags & 7));
    for (let i = 0; i < table.length; i++) table[i] = (byte() << 16) | (byte() << 8) | byte();
    return table;
  };
  const subBlocks = () => {
    const parts: number[] = [];
    for (let length = byte(); length > 0; length = byte()) {
      parts.push(...bytes.subarray(at, at + length));
      at += length;
    }
    return parts;
  };

  if (text(6) !== 'GIF89a') throw new Error('not a GIF89a');
  const width = word();
  const height = word();
  const flags = byte();
  at += 2;
  const globalTable = (flags & 0x80) !== 0 ? colourTable(flags) : new Uint32Array(0);
  const pictures: { rgb: Uint32Array; hundredths: number; colours: number }[] = [];
  const shown = new Uint32Array(width * height).fill(0xff00000);
  let loops = false;
  let hundredths = 0;
  let transparent = -1;
  for (;;) {
    const kind = byte();
    if (kind === 0x3b) break;
    if (kind === 0x21 && byte() === 0xf9) {
      const [control, low, high, index] = subBlocks();
      if (((control >> 2) & 7) !== 1) throw new Error('a picture is not left in place');
      hundredths = low | (high << 8);
      transparent = (control & 1) !== 0 ? index : -1;
    } else if (kind === 0x21) {
      loops = text(12) === '\x0bNETSCAPE2.0';
      loops &&= subBlocks().join() === '1,0,0';
    } else if (kind === 0x2c) {
      if (word() !== 0 || word() !== 0 || word() !== width || word() !== height) throw new Error('a part of a picture');
      const imageFlags = byte();
      const table = (imageFlags & 0x80) !== 0 ? colourTable(imageFlags) : globalTable;
      const indices = decodeLzw(byte(), subBlocks());
      if (indices.length !== width * height) throw new Error(`${indices.length} pixels`);
      indices.forEach((index, i) => {
        if (index !== transparent) shown[i] = table[index];
      });
      pictures.push({ rgb: shown.slice(), hundredths, colours: table.length });
    } else {
      throw new Error(`unknown block ${kind} at ${at - 1}`);
    }
  }
  if (at !== bytes.length) throw new Error('bytes after the end');
  return { width, height, loops, pictures };
}

function decodeLzw(minimumBits: number, data: readonly number[]): number[] {
  const clear = 1 << minimumBits;
  const end = clear + 1;
  const output: number[] = [];
  let table: number[][] = [];
  let bits = 0;
  let previous: number[] | undefined;
  const reset = () => {
    table = Array.from({ length: clear + 2 }, (_, i) => [i]);
    bits = minimumBits + 1;
    previous = undefined;
  };
  reset();
  let position = 0;
  for (;;) {
    let code = 0;
    for (let i = 0; i < bits; i++, position++) code |= ((data[position >> 3] >> (position & 7)) & 1) << i;
    if (code === end) return output;
    if (code === clear) {
      reset();
      continue;
    }
    const entry: number[] = code < table.length ? table[code] : [...previous!, previous![0]];
    for (const index of entry) output.push(index);
    if (previous !== undefined && table.length < 4096) table.push([...previous, entry[0]]);
    if (table.length === 1 << bits && bits < 12) bits++;
    previous = entry;
  }
}
