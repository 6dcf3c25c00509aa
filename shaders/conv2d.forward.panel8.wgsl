// conv2d.forward for subgroups of exactly 8 invocations, by panels: same result and layouts as conv2d.forward.wgsl.
//   INPUTS and OUTPUTS are multiples of 4, PADDING is 0; tensors are bound as whole vec4s.
// A workgroup is one subgroup and computes ROWS successive pixels x 32 output channels, 4 of the channels an invocation. The window is
// taken in blocks of BLOCK (32, 64, 96 or 128) of its elements ky, kx, c: a block's weights are put in a panel, and every pixel then
// adds its products with them to its sums, which lie in the output between blocks. Sums run over ky, kx, c in this order.
// Why: a software adapter splits each load in a loop by invocation, which costs several times the arithmetic on what was loaded; but an
// invocation's own array at a constant index is an operand of the multiplication. So a weight is loaded once for ROWS pixels. A pixel's
// inputs are loaded by the whole subgroup, a vec4 an invocation, and shared by subgroupBroadcast. All loads of a pixel come before its
// arithmetic, since what is between two loads is compiled as a whole.
// Bounds: pixels past the last one are not computed; channels past OUTPUTS are computed as the last ones and not written; elements past
// the window's end are read as its last ones and meet zero weights.
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
override RELU: u32;
override BLOCK: u32;
override ROWS: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;

override PIXELS: u32 = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH;
/// Elements of a window.
override WINDOW: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS;
/// Vec4s of a window's line: one run of memory.
override RUN: u32 = KERNEL_WIDTH * INPUTS / 4;

/// The block's weights of this invocation's four channels, 32 elements each. One array of 128 would be zeroed element by element at the
/// beginning and take twice as long to compile.
var<private> panel0: array<vec4f, 32>;
var<private> panel1: array<vec4f, 32>;
var<private> panel2: array<vec4f, 32>;
var<private> panel3: array<vec4f, 32>;

/// sum + one element x of the window * its weights.
fn term(sum: vec4f, k: u32, x: f32) -> vec4f {
  if (k < 32) { return sum + x * panel0[k]; }
  if (k < 64) { return sum + x * panel1[k - 32]; }
  if (k < 96) { return sum + x * panel2[k - 64]; }
  return sum + x * panel3[k - 96];
}

fn fourTerms(sum: vec4f, k: u32, x: vec4f) -> vec4f {
  return term(term(term(term(sum, k, x.x), k + 1, x.y), k + 2, x.z), k + 3, x.w);
}

/// The 32 elements from k on that the invocations hold, four each.
fn allTerms(start: vec4f, k: u32, x: vec4f) -> vec4f {
  var sum = fourTerms(start, k, subgroupBroadcast(x, 0u));
  sum = fourTerms(sum, k + 4, subgroupBroadcast(x, 1u));
  sum = fourTerms(sum, k + 8, subgroupBroadcast(x, 2u));
  sum = fourTerms(sum, k + 12, subgroupBroadcast(x, 3u));
  sum = fourTerms(sum, k + 16, subgroupBroadcast(x, 4u));
  sum = fourTerms(sum, k + 20, subgroupBroadcast(x, 5u));
  sum = fourTerms(sum, k + 24, subgroupBroadcast(x, 6u));
  return fourTerms(sum, k + 28, subgroupBroadcast(x, 7u));
}

/// Where in the input an invocation finds its four elements from `element` on, as vec4s from the window's corner.
fn offsetOf(element: u32) -> u32 {
  let quad = min(element, WINDOW - 4) / 4;
  return quad / RUN * (WIDTH * INPUTS / 4) + quad % RUN;
}

/// The window's corner in vec4s.
fn cornerOf(pixel: u32) -> u32 {
  let line = pixel / OUTPUT_WIDTH;
  let y = line / OUTPUT_HEIGHT * HEIGHT + line % OUTPUT_HEIGHT * STRIDE;
  return (y * WIDTH + pixel % OUTPUT_WIDTH * STRIDE) * (INPUTS / 4);
}

/// The weights of one element of the window, of the four channels of `column`; zero past the window's end.
fn weightAt(element: u32, column: u32) -> vec4f {
  let known = element < WINDOW;
  return select(vec4f(0), weight[select(0, element, known) * (OUTPUTS / 4) + column], known);
}

/// A loop bound that the driver cannot see through, so that it does not unroll.
fn opaque(bound: u32) -> u32 {
  return select(0, bound, arrayLength(&weight) > 0);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let first = group.x * ROWS;
  let end = min(first + ROWS, PIXELS);
  let channel = group.y * 32 + lane * 4;
  let column = min(channel, OUTPUTS - 4) / 4;
  let start = bias[column];
  for (var element = 0u; element < opaque(WINDOW); element += BLOCK) {
    for (var k = 0u; k < opaque(32); k++) {
      panel0[k] = weightAt(element + k, column);
      if (BLOCK > 32) { panel1[k] = weightAt(element + 32 + k, column); }
      if (BLOCK > 64) { panel2[k] = weightAt(element + 64 + k, column); }
      if (BLOCK > 96) { panel3[k] = weightAt(element + 96 + k, column); }
    }
    let offset0 = offsetOf(element + 4 * lane);
    let offset1 = offsetOf(element + 32 + 4 * lane);
    let offset2 = offsetOf(element + 64 + 4 * lane);
    let offset3 = offsetOf(element + 96 + 4 * lane);
    let isFirst = element == 0;
    let isLast = element + BLOCK >= WINDOW;
    for (var pixel = first; pixel < end; pixel++) {
      let corner = cornerOf(pixel);
      let place = pixel * (OUTPUTS / 4) + column;
      let x0 = input[corner + offset0];
      var x1: vec4f;
      var x2: vec4f;
      var x3: vec4f;
      if (BLOCK > 32) { x1 = input[corner + offset1]; }
      if (BLOCK > 64) { x2 = input[corner + offset2]; }
      if (BLOCK > 96) { x3 = input[corner + offset3]; }
      var sum = start;
      if (!isFirst) { sum = output[place]; }
      sum = allTerms(sum, 0, x0);
      if (BLOCK > 32) { sum = allTerms(sum, 32, x1); }
      if (BLOCK > 64) { sum = allTerms(sum, 64, x2); }
      if (BLOCK > 96) { sum = allTerms(sum, 96, x3); }
      if (RELU != 0 && isLast) { sum = max(sum, vec4f(0)); }
      if (channel < OUTPUTS) { output[place] = sum; }
    }
  }
}
