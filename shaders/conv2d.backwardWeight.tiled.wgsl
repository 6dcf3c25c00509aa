// conv2d.backwardWeight with tiles in workgroup memory, for GPUs: same result and layouts as conv2d.backwardWeight.wgsl, any shape.
//   input and input4, dOutput and dOutput4 are one tensor each, seen as f32 and as whole vec4s
//   dWeight [SPLITS, KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS], dBias [SPLITS, OUTPUTS] f32; with SPLITS above 1 partial sums, which
//   conv2d.sumSplits.tiled adds up
// As a matrix product: rows are the weight's ky, kx, c, columns output channels, terms pixels. Tiles, blocks, buffers and slices are those
// of conv2d.forward.tiled.wgsl, but the inputs come and lie along the rows, and an invocation turns the 4 x 4 of them that it needs.
// The workgroups of the first rows also sum dBias: each invocation what it brings, then one invocation four channels.
// Bounds: rows past the last one and columns past OUTPUTS are garbage and not written. Pixels past the last one have gradients of 0.
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
override SIDE: u32;
override SPLITS: u32;
override SPLIT_BLOCKS: u32;

override ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS;
override PIXELS: u32 = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH;
override BLOCK: u32 = 1024 / SIDE;
/// Invocations of a slice.
override SLICE: u32 = SIDE * SIDE / 32;
override SLICES: u32 = 256 / SLICE;
/// Of four terms, in a block, for each slice.
override SLICE_QUADS: u32 = BLOCK / 4 / SLICES;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> input4: array<vec4f>;
@group(0) @binding(2) var<storage, read> dOutput: array<f32>;
@group(0) @binding(3) var<storage, read> dOutput4: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dWeight: array<f32>;
@group(0) @binding(5) var<storage, read_write> dBias: array<f32>;

/// Two buffers of inputs [BLOCK][SIDE / 4] and gradients [BLOCK][SIDE / 4], 256 vec4s each; at the end sums.
var<workgroup> tiles: array<vec4f, 1024>;

const nowhere = 0xffffffffu;

/// The element of the input that a row meets at a pixel of the output; nowhere in the padding.
fn inputAddress(row: u32, pixel: u32) -> u32 {
  let tap = row / INPUTS;
  let line = pixel / OUTPUT_WIDTH;
  // Left of and above the input, coordinates wrap to large ones.
  let x = (pixel % OUTPUT_WIDTH) * STRIDE + tap % KERNEL_WIDTH - PADDING;
  let y = (line % OUTPUT_HEIGHT) * STRIDE + tap / KERNEL_WIDTH - PADDING;
  let address = ((line / OUTPUT_HEIGHT * HEIGHT + y) * WIDTH + x) * INPUTS + row % INPUTS;
  let inside = PADDING == 0 || (x < WIDTH && y < HEIGHT);
  return select(nowhere, address, inside);
}

fn inputAt(row: u32, pixel: u32) -> f32 {
  let address = inputAddress(row, pixel);
  if (address == nowhere) { return 0; }
  return input[address];
}

/// A pixel's inputs, of four successive rows.
fn inputsAt(row: u32, pixel: u32) -> vec4f {
  if (INPUTS % 4 != 0) {
    return vec4f(inputAt(row, pixel), inputAt(row + 1, pixel), inputAt(row + 2, pixel), inputAt(row + 3, pixel));
  }
  let address = inputAddress(row, pixel);
  if (address == nowhere) { return vec4f(0); }
  return input4[address / 4];
}

/// A pixel's gradients, of four successive columns.
fn gradientsAt(pixel: u32, column: u32) -> vec4f {
  if (pixel >= PIXELS || column >= OUTPUTS) { return vec4f(0); }
  let address = pixel * OUTPUTS + column;
  if (OUTPUTS % 4 == 0) { return dOutput4[address / 4]; }
  return vec4f(dOutput[address], dOutput[address + 1], dOutput[address + 2], dOutput[address + 3]);
}

/// Four terms of four rows of the tile whose buffer begins at `base`: a row each.
fn rowTerms(base: u32, row: u32, quad: u32) -> mat4x4f {
  let first = base + quad * SIDE + row / 4;
  return transpose(mat4x4f(
    tiles[first],
    tiles[first + SIDE / 4],
    tiles[first + SIDE / 2],
    tiles[first + 3 * (SIDE / 4)],
  ));
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
  if (column < OUTPUTS) { dWeight[address + column] = sum; }
}

fn store(split: u32, row: u32, column: u32, sums: vec4f) {
  if (row >= ROWS) { return; }
  let address = (split * ROWS + row) * OUTPUTS;
  storeOne(address, column, sums.x);
  storeOne(address, column + 1, sums.y);
  storeOne(address, column + 2, sums.z);
  storeOne(address, column + 3, sums.w);
}

fn storeBias(split: u32, column: u32, sum: f32) {
  if (column < OUTPUTS) { dBias[split * OUTPUTS + column] = sum; }
}

/// A loop bound that the driver cannot see through, so that it does not unroll: none here is above 32, and `dOutput` has an element.
fn opaque(bound: u32) -> u32 {
  return min(bound, 32 * arrayLength(&dOutput));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  // What this invocation brings: four rows and four columns of a pixel.
  let four = index % (SIDE / 4) * 4;
  let inputRow = group.x * SIDE + four;
  let gradientColumn = group.y * SIDE + four;
  // What it computes.
  let slice = index / SLICE;
  let place = index % SLICE;
  let columns = place % (SIDE / 4);
  let row = place / (SIDE / 4) * 8;

  var upper = mat4x4f();
  var lower = mat4x4f();
  let firstBlock = group.z * SPLIT_BLOCKS;
  let endBlock = min(firstBlock + SPLIT_BLOCKS, (PIXELS + BLOCK - 1) / BLOCK);
  var pixel = firstBlock * BLOCK + index / (SIDE / 4);
  var nextInputs = inputsAt(inputRow, pixel);
  var nextGradients = gradientsAt(pixel, gradientColumn);
  var biasSum = vec4f(0);
  var base = 0u;
  for (var block = firstBlock; block < endBlock; block++) {
    tiles[base + index] = nextInputs;
    tiles[base + 256 + index] = nextGradients;
    biasSum += nextGradients;
    // Once past it, no invocation reads the other buffer any more.
    workgroupBarrier();
    if (block + 1 < endBlock) {
      pixel += BLOCK;
      nextInputs = inputsAt(inputRow, pixel);
      nextGradients = gradientsAt(pixel, gradientColumn);
    }
    for (var i = 0u; i < SLICE_QUADS; i++) {
      let quad = slice * SLICE_QUADS + i;
      let terms = columnTerms(base, quad, columns);
      upper = sumsOf(upper, rowTerms(base, row, quad), terms);
      lower = sumsOf(lower, rowTerms(base, row + 4, quad), terms);
    }
    base = 512 - base;
  }

  if (group.x == 0) {
    workgroupBarrier();
    tiles[index] = biasSum;
    workgroupBarrier();
    if (index < SIDE / 4) {
      var sum = vec4f(0);
      for (var term = 0u; term < opaque(BLOCK); term++) { sum += tiles[term * (SIDE / 4) + index]; }
      storeBias(group.z, gradientColumn, sum.x);
      storeBias(group.z, gradientColumn + 1, sum.y);
      storeBias(group.z, gradientColumn + 2, sum.z);
      storeBias(group.z, gradientColumn + 3, sum.w);
    }
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
