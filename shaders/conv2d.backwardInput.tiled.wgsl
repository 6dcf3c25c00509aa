// conv2d.backwardInput with tiles in workgroup memory, for GPUs: same result and layouts as conv2d.backwardInput.wgsl, any shape.
//   dOutput and dOutput4 are one tensor, seen as f32 and as whole vec4s
//   weight, weight4 and weightHalves are one tensor, f32 or with HALF f16, of which the views that suit the type are read
//   dInput [SPLITS, BATCH, HEIGHT, WIDTH, INPUTS] f32; with SPLITS above 1 partial sums without the mask, which
//   conv2d.addSplits.tiled adds up
// As STRIDE * STRIDE matrix products, one a phase: rows are the phase's pixels, columns input channels, terms ky, kx, n of the taps that
// the phase meets. Tiles, blocks, buffers and slices are those of conv2d.forward.tiled.wgsl, but the weights come and lie along the
// terms as well, and an invocation turns the 4 x 4 of them that it needs. Workgroups along z are phases, and in each the SPLITS.
// Bounds: pixels outside the input (the last of some phases) and channels past INPUTS are computed but not written. Taps outside the
// kernel (of some phases) and terms past the last one have weights of 0.
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
override MASK: u32;
override HALF: u32;
override SIDE: u32;
override SPLITS: u32;
override SPLIT_BLOCKS: u32;

override PHASE_WIDTH: u32 = (WIDTH + STRIDE - 1) / STRIDE;
override PHASE_HEIGHT: u32 = (HEIGHT + STRIDE - 1) / STRIDE;
override TAPS_X: u32 = (KERNEL_WIDTH + STRIDE - 1) / STRIDE;
override TAPS_Y: u32 = (KERNEL_HEIGHT + STRIDE - 1) / STRIDE;
override TERMS: u32 = TAPS_Y * TAPS_X * OUTPUTS;
override BLOCK: u32 = 1024 / SIDE;
/// Invocations of a slice.
override SLICE: u32 = SIDE * SIDE / 32;
override SLICES: u32 = 256 / SLICE;
/// Of four terms, in a block, for each slice.
override SLICE_QUADS: u32 = BLOCK / 4 / SLICES;

@group(0) @binding(0) var<storage, read> dOutput: array<f32>;
@group(0) @binding(1) var<storage, read> dOutput4: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> weight4: array<vec4f>;
@group(0) @binding(4) var<storage, read> weightHalves: array<vec2u>;
@group(0) @binding(5) var<storage, read> input: array<f32>;
@group(0) @binding(6) var<storage, read_write> dInput: array<f32>;

/// Two buffers of gradients [SIDE rows][BLOCK / 4] and weights [SIDE columns][BLOCK / 4], 256 vec4s each; at the end sums.
var<workgroup> tiles: array<vec4f, 1024>;

/// A pixel of a phase: the output pixel that tap 0 meets, the image, and the pixel's own element in dInput.
struct Pixel { outputX: u32, outputY: u32, image: u32, address: u32, exists: bool }

fn pixelOf(row: u32, phase: vec2u) -> Pixel {
  let line = row / PHASE_WIDTH;
  let phaseX = row % PHASE_WIDTH;
  let phaseY = line % PHASE_HEIGHT;
  let image = line / PHASE_HEIGHT;
  let x = phaseX * STRIDE + phase.x;
  let y = phaseY * STRIDE + phase.y;
  return Pixel(
    phaseX + (phase.x + PADDING) / STRIDE,
    phaseY + (phase.y + PADDING) / STRIDE,
    min(image, BATCH - 1),
    ((image * HEIGHT + y) * WIDTH + x) * INPUTS,
    image < BATCH && x < WIDTH && y < HEIGHT,
  );
}

const nowhere = 0xffffffffu;

/// The place in the kernel of the term's tap; that of the first one is `first`.
fn tapOf(term: u32, first: vec2u) -> vec2u {
  let tap = term / OUTPUTS;
  return first + vec2u(tap % TAPS_X, tap / TAPS_X) * STRIDE;
}

fn exists(term: u32, tap: vec2u) -> bool {
  return term < TERMS && tap.x < KERNEL_WIDTH && tap.y < KERNEL_HEIGHT;
}

/// The element of dOutput that the pixel's term meets; nowhere outside the output.
fn gradientAddress(pixel: Pixel, term: u32, first: vec2u) -> u32 {
  let tap = tapOf(term, first);
  // Left of and above the output, coordinates wrap to large ones.
  let x = pixel.outputX - tap.x / STRIDE;
  let y = pixel.outputY - tap.y / STRIDE;
  let address = ((pixel.image * OUTPUT_HEIGHT + y) * OUTPUT_WIDTH + x) * OUTPUTS + term % OUTPUTS;
  return select(nowhere, address, x < OUTPUT_WIDTH && y < OUTPUT_HEIGHT);
}

fn gradientAt(pixel: Pixel, term: u32, first: vec2u) -> f32 {
  let address = gradientAddress(pixel, term, first);
  if (address == nowhere) { return 0; }
  return dOutput[address];
}

/// Four successive terms of a pixel.
fn gradientsAt(pixel: Pixel, term: u32, first: vec2u) -> vec4f {
  if (OUTPUTS % 4 != 0) {
    return vec4f(
      gradientAt(pixel, term, first),
      gradientAt(pixel, term + 1, first),
      gradientAt(pixel, term + 2, first),
      gradientAt(pixel, term + 3, first),
    );
  }
  let address = gradientAddress(pixel, term, first);
  if (address == nowhere) { return vec4f(0); }
  return dOutput4[address / 4];
}

/// The element of the weight of a term and a channel; nowhere where there is no such tap or channel.
fn weightAddress(channel: u32, term: u32, first: vec2u) -> u32 {
  let tap = tapOf(term, first);
  let address = ((tap.y * KERNEL_WIDTH + tap.x) * INPUTS + channel) * OUTPUTS + term % OUTPUTS;
  return select(nowhere, address, exists(term, tap) && channel < INPUTS);
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

fn weightAt(channel: u32, term: u32, first: vec2u) -> f32 {
  let address = weightAddress(channel, term, first);
  if (address == nowhere) { return 0; }
  if (HALF != 0) { return halfAt(address); }
  return weight[address];
}

/// Four successive terms of a channel.
fn weightsAt(channel: u32, term: u32, first: vec2u) -> vec4f {
  if (OUTPUTS % 4 != 0) {
    return vec4f(
      weightAt(channel, term, first),
      weightAt(channel, term + 1, first),
      weightAt(channel, term + 2, first),
      weightAt(channel, term + 3, first),
    );
  }
  let address = weightAddress(channel, term, first);
  if (address == nowhere) { return vec4f(0); }
  if (HALF != 0) { return halvesAt(address); }
  return weight4[address / 4];
}

/// Where four terms of a column lie in the weights of a buffer. Of four successive columns each, eight successive invocations read one at
/// a time: shuffled like this, these lie in different banks.
fn columnSlot(column: u32, quad: u32) -> u32 {
  return (column ^ (column / 16 % 2)) * (BLOCK / 4) + (quad ^ (column / 4 % (BLOCK / 4)));
}

/// Four terms of four rows of the tile whose buffer begins at `base`: a row each.
fn rowTerms(base: u32, row: u32, quad: u32) -> mat4x4f {
  let first = base + row * (BLOCK / 4) + quad;
  return mat4x4f(tiles[first], tiles[first + BLOCK / 4], tiles[first + BLOCK / 2], tiles[first + 3 * (BLOCK / 4)]);
}

/// Four terms of four columns: a term each.
fn columnTerms(base: u32, quad: u32, column: u32) -> mat4x4f {
  let weights = base + 256;
  return transpose(mat4x4f(
    tiles[weights + columnSlot(column, quad)],
    tiles[weights + columnSlot(column + 1, quad)],
    tiles[weights + columnSlot(column + 2, quad)],
    tiles[weights + columnSlot(column + 3, quad)],
  ));
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

fn storeOne(address: u32, channel: u32, split: u32, sum: f32) {
  if (channel >= INPUTS) { return; }
  var value = sum;
  if (SPLITS == 1 && MASK != 0) { value = select(0.0, sum, input[address + channel] > 0.0); }
  dInput[split * (BATCH * HEIGHT * WIDTH * INPUTS) + address + channel] = value;
}

fn store(row: u32, channel: u32, phase: vec2u, split: u32, sums: vec4f) {
  let pixel = pixelOf(row, phase);
  if (!pixel.exists) { return; }
  storeOne(pixel.address, channel, split, sums.x);
  storeOne(pixel.address, channel + 1, split, sums.y);
  storeOne(pixel.address, channel + 2, split, sums.z);
  storeOne(pixel.address, channel + 3, split, sums.w);
}

/// A loop bound that the driver cannot see through, so that it does not unroll: a workgroup has at most 8 slices, `dOutput` an element.
fn opaque(bound: u32) -> u32 {
  return min(bound, 8 * arrayLength(&dOutput));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let phaseIndex = group.z / SPLITS;
  let split = group.z % SPLITS;
  let phase = vec2u(phaseIndex % STRIDE, phaseIndex / STRIDE);
  let firstTap = (phase + PADDING) % STRIDE;
  // What this invocation brings: four terms of a row and of a column.
  let line = index / (BLOCK / 4);
  let quadOfBlock = index % (BLOCK / 4);
  let pixel = pixelOf(group.x * SIDE + line, phase);
  let channel = group.y * SIDE + line;
  let slot = columnSlot(line, quadOfBlock);
  // What it computes.
  let slice = index / SLICE;
  let place = index % SLICE;
  let column = place % (SIDE / 4) * 4;
  let row = place / (SIDE / 4) * 8;

  var upper = mat4x4f();
  var lower = mat4x4f();
  let firstBlock = split * SPLIT_BLOCKS;
  let endBlock = min(firstBlock + SPLIT_BLOCKS, (TERMS + BLOCK - 1) / BLOCK);
  var term = firstBlock * BLOCK + 4 * quadOfBlock;
  var nextGradients = gradientsAt(pixel, term, firstTap);
  var nextWeights = weightsAt(channel, term, firstTap);
  var base = 0u;
  for (var block = firstBlock; block < endBlock; block++) {
    tiles[base + index] = nextGradients;
    tiles[base + 256 + slot] = nextWeights;
    // Once past it, no invocation reads the other buffer any more.
    workgroupBarrier();
    if (block + 1 < endBlock) {
      term += BLOCK;
      nextGradients = gradientsAt(pixel, term, firstTap);
      nextWeights = weightsAt(channel, term, firstTap);
    }
    for (var i = 0u; i < SLICE_QUADS; i++) {
      let quad = slice * SLICE_QUADS + i;
      let terms = columnTerms(base, quad, column);
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
    store(outputRow, outputColumn, phase, split, tiles[i]);
  }
}
