// framesConv2d.forward with tiles in workgroup memory, for GPUs: same result and layouts as framesConv2d.forward.wgsl, any shape.
//   weight, weight4 and weightHalves are one tensor, f32 or with HALF f16, of which the views that suit the type are read
//   output [SPLITS, BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS] f32; with SPLITS above 1 partial sums without bias and ReLU, which
//   conv2d.addSplits.tiled adds up
// As conv2d.forward.tiled.wgsl, which says what a workgroup does, but terms are ky, c, kx: four successive ones are four successive bytes
// of a frame, in one word where kernel, stride and frame have widths in fours and there is no padding. Bytes become f32 on their way to
// workgroup memory.
// Bounds: rows past the last one are computed as the last one, columns past OUTPUTS as garbage; neither is written. Terms past the
// last one meet weights of 0.
override FRAMES: u32;
override BATCH: u32;
override HEIGHT: u32;
override WIDTH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override OUTPUT_HEIGHT: u32;
override OUTPUT_WIDTH: u32;
override KERNEL_HEIGHT: u32;
override KERNEL_WIDTH: u32;
override STRIDE: u32;
override PADDING: u32;
override RELU: u32;
override HALF: u32;
override SIDE: u32;
override SPLITS: u32;
override SPLIT_BLOCKS: u32;

override PIXELS: u32 = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH;
override TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS;
/// Whether four successive bytes of a line of a window are one word.
override WHOLE_WORDS: bool = KERNEL_WIDTH % 4 == 0 && WIDTH % 4 == 0 && STRIDE % 4 == 0 && PADDING == 0;
override BLOCK: u32 = 1024 / SIDE;
/// Invocations of a slice.
override SLICE: u32 = SIDE * SIDE / 32;
override SLICES: u32 = 256 / SLICE;
/// Of four terms, in a block, for each slice.
override SLICE_QUADS: u32 = BLOCK / 4 / SLICES;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read> frameNumbers: array<u32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> weight4: array<vec4f>;
@group(0) @binding(4) var<storage, read> weightHalves: array<vec2u>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

/// Two buffers of inputs [SIDE rows][BLOCK / 4] and weights [BLOCK][SIDE / 4], 256 vec4s each; at the end sums.
var<workgroup> tiles: array<vec4f, 1024>;

/// Where a pixel of the output looks: x, y of its window's corner and its image.
struct Window { x: u32, y: u32, image: u32 }

fn windowOf(row: u32) -> Window {
  let pixel = min(row, PIXELS - 1);
  let line = pixel / OUTPUT_WIDTH;
  // Left of and above the input, coordinates wrap to large ones.
  return Window((pixel % OUTPUT_WIDTH) * STRIDE - PADDING, (line % OUTPUT_HEIGHT) * STRIDE - PADDING, line / OUTPUT_HEIGHT);
}

const nowhere = 0xffffffffu;

/// The byte of `frames` that the window's term meets; nowhere in the padding and in black frames.
fn byteAddress(window: Window, term: u32) -> u32 {
  let line = term / KERNEL_WIDTH;
  let x = window.x + term % KERNEL_WIDTH;
  let y = window.y + line / INPUTS;
  let inside = PADDING == 0 || (x < WIDTH && y < HEIGHT);
  let frame = frameNumbers[window.image * INPUTS + line % INPUTS];
  return select(nowhere, (frame * HEIGHT + y) * WIDTH + x, inside && frame < FRAMES);
}

const scale = 1.0 / 255.0;

fn inputAt(window: Window, term: u32) -> f32 {
  let address = byteAddress(window, term);
  if (address == nowhere) { return 0; }
  return f32((frames[address / 4] >> (8 * (address % 4))) & 0xff) * scale;
}

/// Four successive terms of a window.
fn inputsAt(window: Window, term: u32) -> vec4f {
  if (!WHOLE_WORDS) {
    return vec4f(inputAt(window, term), inputAt(window, term + 1), inputAt(window, term + 2), inputAt(window, term + 3));
  }
  let address = byteAddress(window, term);
  if (address == nowhere) { return vec4f(0); }
  return vec4f((vec4u(frames[address / 4]) >> vec4u(0, 8, 16, 24)) & vec4u(0xff)) * scale;
}

/// An element of a weight stored as f16.
fn halfAt(address: u32) -> f32 {
  return unpack2x16float(weightHalves[address / 4][address / 2 % 2])[address % 2];
}

/// Four successive ones, from a multiple of four on.
fn halvesAt(address: u32) -> vec4f {
  let words = weightHalves[address / 4];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}

/// A term's weights, of four successive columns.
fn weightsAt(term: u32, column: u32) -> vec4f {
  if (term >= TERMS || column >= OUTPUTS) { return vec4f(0); }
  let line = term / KERNEL_WIDTH;
  let tap = line / INPUTS * KERNEL_WIDTH + term % KERNEL_WIDTH;
  let address = (tap * INPUTS + line % INPUTS) * OUTPUTS + column;
  if (HALF != 0 && OUTPUTS % 4 == 0) { return halvesAt(address); }
  if (HALF != 0) { return vec4f(halfAt(address), halfAt(address + 1), halfAt(address + 2), halfAt(address + 3)); }
  if (OUTPUTS % 4 == 0) { return weight4[address / 4]; }
  return vec4f(weight[address], weight[address + 1], weight[address + 2], weight[address + 3]);
}

/// Four terms of four rows of the tile whose buffer begins at `base`: a row each.
fn rowTerms(base: u32, row: u32, quad: u32) -> mat4x4f {
  let first = base + row * (BLOCK / 4) + quad;
  return mat4x4f(tiles[first], tiles[first + BLOCK / 4], tiles[first + BLOCK / 2], tiles[first + 3 * (BLOCK / 4)]);
}

/// Four terms of four columns: a term each.
fn columnTerms(base: u32, quad: u32, columns: u32) -> mat4x4f {
  let first = base + 256 + quad * SIDE + columns;
  return mat4x4f(tiles[first], tiles[first + SIDE / 4], tiles[first + SIDE / 2], tiles[first + 3 * (SIDE / 4)]);
}

/// sum + four terms of a row times those of four columns, written so that each step is one multiply-add.
fn rowSum(start: vec4f, row: vec4f, columns: mat4x4f) -> vec4f {
  var sum = start + row.x * columns[0];
  sum += row.y * columns[1];
  sum += row.z * columns[2];
  return sum + row.w * columns[3];
}

fn sumsOf(start: mat4x4f, rows: mat4x4f, columns: mat4x4f) -> mat4x4f {
  return mat4x4f(
    rowSum(start[0], rows[0], columns),
    rowSum(start[1], rows[1], columns),
    rowSum(start[2], rows[2], columns),
    rowSum(start[3], rows[3], columns),
  );
}

/// Leaves four rows of sums for other invocations.
fn leave(first: u32, sums: mat4x4f) {
  tiles[first] = sums[0];
  tiles[first + SLICE] = sums[1];
  tiles[first + 2 * SLICE] = sums[2];
  tiles[first + 3 * SLICE] = sums[3];
}

fn left(first: u32) -> mat4x4f {
  return mat4x4f(tiles[first], tiles[first + SLICE], tiles[first + 2 * SLICE], tiles[first + 3 * SLICE]);
}

fn storeOne(address: u32, column: u32, sum: f32) {
  if (column >= OUTPUTS) { return; }
  var value = sum;
  if (SPLITS == 1) { value += bias[column]; }
  if (SPLITS == 1 && RELU != 0) { value = max(value, 0.0); }
  output[address + column] = value;
}

fn store(split: u32, row: u32, column: u32, sums: vec4f) {
  if (row >= PIXELS) { return; }
  let address = (split * PIXELS + row) * OUTPUTS;
  storeOne(address, column, sums.x);
  storeOne(address, column + 1, sums.y);
  storeOne(address, column + 2, sums.z);
  storeOne(address, column + 3, sums.w);
}

/// A loop bound that the driver cannot see through, so that it does not unroll: a workgroup has at most 8 slices, `bias` an element.
fn opaque(bound: u32) -> u32 {
  return min(bound, 8 * arrayLength(&bias));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  // What this invocation brings.
  let window = windowOf(group.x * SIDE + index / (BLOCK / 4));
  let inputTerm = 4 * (index % (BLOCK / 4));
  let weightTerm = index / (SIDE / 4);
  let weightColumn = group.y * SIDE + 4 * (index % (SIDE / 4));
  // What it computes.
  let slice = index / SLICE;
  let place = index % SLICE;
  let columns = place % (SIDE / 4);
  let row = place / (SIDE / 4) * 8;

  var upper = mat4x4f();
  var lower = mat4x4f();
  let firstBlock = group.z * SPLIT_BLOCKS;
  let endBlock = min(firstBlock + SPLIT_BLOCKS, (TERMS + BLOCK - 1) / BLOCK);
  var term = firstBlock * BLOCK;
  var nextInputs = inputsAt(window, term + inputTerm);
  var nextWeights = weightsAt(term + weightTerm, weightColumn);
  var base = 0u;
  for (var block = firstBlock; block < endBlock; block++) {
    tiles[base + index] = nextInputs;
    tiles[base + 256 + index] = nextWeights;
    // Once past it, no invocation reads the other buffer any more.
    workgroupBarrier();
    if (block + 1 < endBlock) {
      term += BLOCK;
      nextInputs = inputsAt(window, term + inputTerm);
      nextWeights = weightsAt(term + weightTerm, weightColumn);
    }
    for (var i = 0u; i < SLICE_QUADS; i++) {
      let quad = slice * SLICE_QUADS + i;
      let terms = columnTerms(base, quad, columns);
      upper = sumsOf(upper, rowTerms(base, row, quad), terms);
      lower = sumsOf(lower, rowTerms(base, row + 4, quad), terms);
    }
    base = 512 - base;
  }

  // Half of the slices that there are leave their sums, [slice][8 rows][SLICE], and the others add them, until one is left.
  for (var half = opaque(SLICES / 2); half > 0; half /= 2) {
    let first = (slice & (half - 1)) * (8 * SLICE) + place;
    workgroupBarrier();
    if (half <= slice && slice < 2 * half) {
      leave(first, upper);
      leave(first + 4 * SLICE, lower);
    }
    workgroupBarrier();
    if (slice < half) {
      upper += left(first);
      lower += left(first + 4 * SLICE);
    }
  }
  // All invocations share in the storing.
  workgroupBarrier();
  if (slice == 0) {
    leave(place, upper);
    leave(place + 4 * SLICE, lower);
  }
  workgroupBarrier();
  for (var i = index; i < SIDE * SIDE / 4; i += 256) {
    let other = i % SLICE;
    let outputRow = group.x * SIDE + other / (SIDE / 4) * 8 + i / SLICE;
    let outputColumn = group.y * SIDE + other % (SIDE / 4) * 4;
    store(group.z, outputRow, outputColumn, tiles[i]);
  }
}
