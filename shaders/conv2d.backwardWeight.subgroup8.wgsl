// conv2d.backwardWeight for subgroups of exactly 8 invocations: same result and layouts as conv2d.backwardWeight.wgsl.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// Workgroups along z are the SPLITS: each sums a run of SPLIT_PIXELS pixels of the output, a multiple of 4. With more than one split,
// the results are partial sums, and conv2d.sumSplits adds them up.
// A workgroup is one subgroup and computes 16 successive rows (ky, kx, c flattened) x 32 columns n; an invocation sums 4 of the columns
// for all 16 rows. Per 4 pixels, invocations load 2 x 4 inputs each (invocation l: rows 4 * (l % 4) and up, pixels l / 4 and l / 4 + 2)
// and share them by subgroupBroadcast (why: conv2d.forward.subgroup8.wgsl). Sums run over the pixels b, oy, ox, in fours.
// Bounds: rows past the last and columns past OUTPUTS are computed as the last ones but not written; pixels past the end add 0.
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
override PADDING: u32;
override SPLIT_PIXELS: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dBias: array<vec4f>;

override PIXELS: u32 = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH;
override ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS;

/// Four rows of the weight matrix: their place in the kernel and their channels, in vec4s.
struct Tap { kx: u32, ky: u32, channel: u32 }

fn inputAt(index: u32, tap: Tap) -> vec4f {
  let pixel = min(index, PIXELS - 1);
  let line = pixel / OUTPUT_WIDTH;
  // In the padding left of and above the input, coordinates wrap to large ones.
  let x = (pixel % OUTPUT_WIDTH) * STRIDE + tap.kx - PADDING;
  let y = (line % OUTPUT_HEIGHT) * STRIDE + tap.ky - PADDING;
  let address = ((line / OUTPUT_HEIGHT * HEIGHT + y) * WIDTH + x) * (INPUTS / 4) + tap.channel;
  if (PADDING == 0) { return input[address]; }
  let inside = x < WIDTH && y < HEIGHT;
  return select(vec4f(0), input[select(0, address, inside)], inside);
}

fn gradientAt(pixel: u32, end: u32, column: u32) -> vec4f {
  let gradient = dOutput[min(pixel, PIXELS - 1) * (OUTPUTS / 4) + column];
  return select(vec4f(0), gradient, pixel < end);
}

fn store(split: u32, row: u32, column: u32, value: vec4f) {
  if (row < ROWS && column < OUTPUTS) { dWeight[((split * ROWS + row) * OUTPUTS + column) / 4] = value; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.x * 16;
  let column = group.y * 32 + lane * 4;
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let quad = min(row / 4 + lane % 4, ROWS / 4 - 1);
  let place = quad / (INPUTS / 4);
  let tap = Tap(place % KERNEL_WIDTH, place / KERNEL_WIDTH, quad % (INPUTS / 4));
  let end = min((group.z + 1) * SPLIT_PIXELS, PIXELS);

  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  var sum4 = vec4f(0);
  var sum5 = vec4f(0);
  var sum6 = vec4f(0);
  var sum7 = vec4f(0);
  var sum8 = vec4f(0);
  var sum9 = vec4f(0);
  var sum10 = vec4f(0);
  var sum11 = vec4f(0);
  var sum12 = vec4f(0);
  var sum13 = vec4f(0);
  var sum14 = vec4f(0);
  var sum15 = vec4f(0);
  var biasSum = vec4f(0);
  var x0: vec4f;
  var x1: vec4f;
  var x2: vec4f;
  var x3: vec4f;
  for (var pixel = group.z * SPLIT_PIXELS; pixel < end; pixel += 4) {
    let low = inputAt(pixel + lane / 4, tap);
    let high = inputAt(pixel + 2 + lane / 4, tap);
    let d0 = gradientAt(pixel, end, readColumn);
    let d1 = gradientAt(pixel + 1, end, readColumn);
    let d2 = gradientAt(pixel + 2, end, readColumn);
    let d3 = gradientAt(pixel + 3, end, readColumn);
    biasSum += d0 + d1 + d2 + d3;
    x0 = subgroupBroadcast(low, 0u);
    x1 = subgroupBroadcast(low, 4u);
    x2 = subgroupBroadcast(high, 0u);
    x3 = subgroupBroadcast(high, 4u);
    sum0 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum1 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum2 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum3 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    x0 = subgroupBroadcast(low, 1u);
    x1 = subgroupBroadcast(low, 5u);
    x2 = subgroupBroadcast(high, 1u);
    x3 = subgroupBroadcast(high, 5u);
    sum4 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum5 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum6 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum7 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    x0 = subgroupBroadcast(low, 2u);
    x1 = subgroupBroadcast(low, 6u);
    x2 = subgroupBroadcast(high, 2u);
    x3 = subgroupBroadcast(high, 6u);
    sum8 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum9 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum10 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum11 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    x0 = subgroupBroadcast(low, 3u);
    x1 = subgroupBroadcast(low, 7u);
    x2 = subgroupBroadcast(high, 3u);
    x3 = subgroupBroadcast(high, 7u);
    sum12 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum13 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum14 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum15 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
  }

  store(group.z, row, column, sum0);
  store(group.z, row + 1, column, sum1);
  store(group.z, row + 2, column, sum2);
  store(group.z, row + 3, column, sum3);
  store(group.z, row + 4, column, sum4);
  store(group.z, row + 5, column, sum5);
  store(group.z, row + 6, column, sum6);
  store(group.z, row + 7, column, sum7);
  store(group.z, row + 8, column, sum8);
  store(group.z, row + 9, column, sum9);
  store(group.z, row + 10, column, sum10);
  store(group.z, row + 11, column, sum11);
  store(group.z, row + 12, column, sum12);
  store(group.z, row + 13, column, sum13);
  store(group.z, row + 14, column, sum14);
  store(group.z, row + 15, column, sum15);
  if (row == 0 && column < OUTPUTS) { dBias[(group.z * OUTPUTS + column) / 4] = biasSum; }
}
