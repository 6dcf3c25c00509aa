// conv2d.backwardWeight for subgroups of exactly 8 invocations, by panels: same result and layouts as conv2d.backwardWeight.wgsl.
//   OUTPUTS is a multiple of 4, PADDING is 0; all tensors but the input are bound as whole vec4s.
// Workgroups along z are the splits: each sums BLOCKS blocks of 8 * VECTORS (at most 16) successive pixels of the output, for all rows
// (ky, kx, c flattened) x 32 columns n. With more than one split, the results are partial sums, and conv2d.sumSplits4 adds them up.
// A workgroup is one subgroup. A block's gradients of the 32 columns are put in a panel, 4 columns an invocation; then every row adds its
// products with them to its sums, which lie in dWeight between blocks. Why: conv2d.forward.panel8.wgsl. A row's inputs are loaded by the
// whole subgroup, VECTORS pixels an invocation, and shared by subgroupBroadcast.
// Sums run over the pixels b, oy, ox in this order, a block at a time.
// Bounds: columns past OUTPUTS are computed as the last ones and not written; pixels past the last are read as the last and meet zero
// gradients.
enable subgroups;

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
override VECTORS: u32;
override BLOCKS: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dBias: array<vec4f>;

override PIXELS: u32 = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH;
override BLOCK: u32 = 8 * VECTORS;
/// Rows of one ky: their inputs are a run of memory.
override RUN: u32 = KERNEL_WIDTH * INPUTS;
override ROWS: u32 = KERNEL_HEIGHT * RUN;

/// The block's gradients of this invocation's four columns, 32 pixels each.
/// One array of 128 would be zeroed element by element at the beginning and take longer to compile.
var<private> panel0: array<vec4f, 32>;
var<private> panel1: array<vec4f, 32>;
var<private> panel2: array<vec4f, 32>;
var<private> panel3: array<vec4f, 32>;

/// The panel's element k, which is known when this is compiled.
fn panelAt(k: u32) -> vec4f {
  if (k < 32) { return panel0[k]; }
  if (k < 64) { return panel1[k - 32]; }
  if (k < 96) { return panel2[k - 64]; }
  return panel3[k - 96];
}

/// sum + the inputs x of the 8 pixels from k on, one an invocation, * their gradients.
fn allTerms(start: vec4f, k: u32, x: f32) -> vec4f {
  var sum = start + subgroupBroadcast(x, 0u) * panelAt(k);
  sum += subgroupBroadcast(x, 1u) * panelAt(k + 1);
  sum += subgroupBroadcast(x, 2u) * panelAt(k + 2);
  sum += subgroupBroadcast(x, 3u) * panelAt(k + 3);
  sum += subgroupBroadcast(x, 4u) * panelAt(k + 4);
  sum += subgroupBroadcast(x, 5u) * panelAt(k + 5);
  sum += subgroupBroadcast(x, 6u) * panelAt(k + 6);
  return sum + subgroupBroadcast(x, 7u) * panelAt(k + 7);
}

/// The gradient of the block's pixel k, of the four channels of `column`; zero past the block's end and past the last pixel.
fn gradientAt(first: u32, k: u32, column: u32) -> vec4f {
  let known = k < BLOCK && first + k < PIXELS;
  return select(vec4f(0), dOutput[select(0, first + k, known) * (OUTPUTS / 4) + column], known);
}

/// Where in the input the window of a pixel begins.
fn cornerOf(index: u32) -> u32 {
  let pixel = min(index, PIXELS - 1);
  let line = pixel / OUTPUT_WIDTH;
  let y = line / OUTPUT_HEIGHT * HEIGHT + line % OUTPUT_HEIGHT * STRIDE;
  return (y * WIDTH + pixel % OUTPUT_WIDTH * STRIDE) * INPUTS;
}

/// A loop bound that the driver cannot see through, so that it does not unroll: `dOutput` has at least as many elements as a block has
/// pixels, `dWeight` as there are rows.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * (arrayLength(&dOutput) + arrayLength(&dWeight)));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column = group.y * 32 + lane * 4;
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let isWritten = column < OUTPUTS;
  var biasSum = vec4f(0);
  for (var block = 0u; block < opaque(BLOCKS); block++) {
    let first = (group.z * BLOCKS + block) * BLOCK;
    for (var k = 0u; k < opaque(32); k++) {
      panel0[k] = gradientAt(first, k, readColumn);
      if (BLOCK > 32) { panel1[k] = gradientAt(first, 32 + k, readColumn); }
      if (BLOCK > 64) { panel2[k] = gradientAt(first, 64 + k, readColumn); }
      if (BLOCK > 96) { panel3[k] = gradientAt(first, 96 + k, readColumn); }
      biasSum += panel0[k];
      if (BLOCK > 32) { biasSum += panel1[k]; }
      if (BLOCK > 64) { biasSum += panel2[k]; }
      if (BLOCK > 96) { biasSum += panel3[k]; }
    }
    let corner0 = cornerOf(first + 0 + lane);
    let corner1 = cornerOf(first + 8 + lane);
    let corner2 = cornerOf(first + 16 + lane);
    let corner3 = cornerOf(first + 24 + lane);
    let corner4 = cornerOf(first + 32 + lane);
    let corner5 = cornerOf(first + 40 + lane);
    let corner6 = cornerOf(first + 48 + lane);
    let corner7 = cornerOf(first + 56 + lane);
    let corner8 = cornerOf(first + 64 + lane);
    let corner9 = cornerOf(first + 72 + lane);
    let corner10 = cornerOf(first + 80 + lane);
    let corner11 = cornerOf(first + 88 + lane);
    let corner12 = cornerOf(first + 96 + lane);
    let corner13 = cornerOf(first + 104 + lane);
    let corner14 = cornerOf(first + 112 + lane);
    let corner15 = cornerOf(first + 120 + lane);
    for (var row = 0u; row < opaque(ROWS); row++) {
      let offset = row / RUN * (WIDTH * INPUTS) + row % RUN;
      let place = (group.z * ROWS + row) * (OUTPUTS / 4) + readColumn;
      let before = dWeight[place];
      let x0 = input[corner0 + offset];
      var x1: f32;
      var x2: f32;
      var x3: f32;
      var x4: f32;
      var x5: f32;
      var x6: f32;
      var x7: f32;
      var x8: f32;
      var x9: f32;
      var x10: f32;
      var x11: f32;
      var x12: f32;
      var x13: f32;
      var x14: f32;
      var x15: f32;
      if (VECTORS > 1) { x1 = input[corner1 + offset]; }
      if (VECTORS > 2) { x2 = input[corner2 + offset]; }
      if (VECTORS > 3) { x3 = input[corner3 + offset]; }
      if (VECTORS > 4) { x4 = input[corner4 + offset]; }
      if (VECTORS > 5) { x5 = input[corner5 + offset]; }
      if (VECTORS > 6) { x6 = input[corner6 + offset]; }
      if (VECTORS > 7) { x7 = input[corner7 + offset]; }
      if (VECTORS > 8) { x8 = input[corner8 + offset]; }
      if (VECTORS > 9) { x9 = input[corner9 + offset]; }
      if (VECTORS > 10) { x10 = input[corner10 + offset]; }
      if (VECTORS > 11) { x11 = input[corner11 + offset]; }
      if (VECTORS > 12) { x12 = input[corner12 + offset]; }
      if (VECTORS > 13) { x13 = input[corner13 + offset]; }
      if (VECTORS > 14) { x14 = input[corner14 + offset]; }
      if (VECTORS > 15) { x15 = input[corner15 + offset]; }
      var sum = select(before, vec4f(0), block == 0);
      sum = allTerms(sum, 0, x0);
      if (VECTORS > 1) { sum = allTerms(sum, 8, x1); }
      if (VECTORS > 2) { sum = allTerms(sum, 16, x2); }
      if (VECTORS > 3) { sum = allTerms(sum, 24, x3); }
      if (VECTORS > 4) { sum = allTerms(sum, 32, x4); }
      if (VECTORS > 5) { sum = allTerms(sum, 40, x5); }
      if (VECTORS > 6) { sum = allTerms(sum, 48, x6); }
      if (VECTORS > 7) { sum = allTerms(sum, 56, x7); }
      if (VECTORS > 8) { sum = allTerms(sum, 64, x8); }
      if (VECTORS > 9) { sum = allTerms(sum, 72, x9); }
      if (VECTORS > 10) { sum = allTerms(sum, 80, x10); }
      if (VECTORS > 11) { sum = allTerms(sum, 88, x11); }
      if (VECTORS > 12) { sum = allTerms(sum, 96, x12); }
      if (VECTORS > 13) { sum = allTerms(sum, 104, x13); }
      if (VECTORS > 14) { sum = allTerms(sum, 112, x14); }
      if (VECTORS > 15) { sum = allTerms(sum, 120, x15); }
      if (isWritten) { dWeight[place] = sum; }
    }
  }
  if (isWritten) { dBias[group.z * (OUTPUTS / 4) + readColumn] = biasSum; }
}
