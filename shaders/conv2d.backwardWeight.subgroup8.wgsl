// conv2d.backwardWeight for subgroups of exactly 8 invocations: same result and layouts as conv2d.backwardWeight.wgsl.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// Workgroups along z are the SPLITS: each sums a run of SPLIT_PIXELS pixels of the output, a multiple of 4. With more than one split,
// the results are partial sums, and conv2d.sumSplits adds them up.
// A workgroup is one subgroup and computes 16 successive rows (ky, kx, c flattened) x 32 columns n; an invocation sums 4 of the columns
// for all 16 rows. Per 4 pixels, invocations load 2 x 4 inputs each (invocation l: rows 4 * (l % 4) and up, pixels l / 4 and l / 4 + 2)
// and share them by subgroupBroadcast (why: conv2d.forward.subgroup8.wgsl). NARROW = 1 is for OUTPUTS of at most 16: 32 rows x 16
// columns, the upper four invocations for the upper 16 rows; invocation l loads rows 4 * l and up, 4 pixels of each.
// Sums run over the pixels b, oy, ox, in fours.
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
override NARROW: u32;

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

/// A loop bound that the driver cannot see through: `dOutput` has at least as many elements. Unrolled, the loops compile for longer and
/// run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * arrayLength(&dOutput));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let upper = lane >= 4;
  let firstRow = group.x * select(16u, 32u, NARROW != 0);
  let row = firstRow + select(0u, 16u, NARROW != 0 && upper);
  let column = select(group.y * 32 + lane * 4, group.y * 16 + lane % 4 * 4, NARROW != 0);
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let quad = min(firstRow / 4 + select(lane % 4, lane, NARROW != 0), ROWS / 4 - 1);
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
  var input0: vec4f;
  var input1: vec4f;
  var input2: vec4f;
  var input3: vec4f;
  var x0: vec4f;
  var x1: vec4f;
  var x2: vec4f;
  var x3: vec4f;
  for (var pixel = group.z * SPLIT_PIXELS; pixel < opaque(end); pixel += 4) {
    if (NARROW != 0) {
      input0 = inputAt(pixel, tap);
      input1 = inputAt(pixel + 1, tap);
      input2 = inputAt(pixel + 2, tap);
      input3 = inputAt(pixel + 3, tap);
    } else {
      input0 = inputAt(pixel + lane / 4, tap);
      input2 = inputAt(pixel + 2 + lane / 4, tap);
    }
    let d0 = gradientAt(pixel, end, readColumn);
    let d1 = gradientAt(pixel + 1, end, readColumn);
    let d2 = gradientAt(pixel + 2, end, readColumn);
    let d3 = gradientAt(pixel + 3, end, readColumn);
    biasSum += d0 + d1 + d2 + d3;
    if (NARROW != 0) {
      x0 = select(subgroupBroadcast(input0, 0u), subgroupBroadcast(input0, 4u), upper);
      x1 = select(subgroupBroadcast(input1, 0u), subgroupBroadcast(input1, 4u), upper);
      x2 = select(subgroupBroadcast(input2, 0u), subgroupBroadcast(input2, 4u), upper);
      x3 = select(subgroupBroadcast(input3, 0u), subgroupBroadcast(input3, 4u), upper);
    } else {
      x0 = subgroupBroadcast(input0, 0u);
      x1 = subgroupBroadcast(input0, 4u);
      x2 = subgroupBroadcast(input2, 0u);
      x3 = subgroupBroadcast(input2, 4u);
    }
    sum0 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum1 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum2 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum3 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    if (NARROW != 0) {
      x0 = select(subgroupBroadcast(input0, 1u), subgroupBroadcast(input0, 5u), upper);
      x1 = select(subgroupBroadcast(input1, 1u), subgroupBroadcast(input1, 5u), upper);
      x2 = select(subgroupBroadcast(input2, 1u), subgroupBroadcast(input2, 5u), upper);
      x3 = select(subgroupBroadcast(input3, 1u), subgroupBroadcast(input3, 5u), upper);
    } else {
      x0 = subgroupBroadcast(input0, 1u);
      x1 = subgroupBroadcast(input0, 5u);
      x2 = subgroupBroadcast(input2, 1u);
      x3 = subgroupBroadcast(input2, 5u);
    }
    sum4 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum5 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum6 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum7 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    if (NARROW != 0) {
      x0 = select(subgroupBroadcast(input0, 2u), subgroupBroadcast(input0, 6u), upper);
      x1 = select(subgroupBroadcast(input1, 2u), subgroupBroadcast(input1, 6u), upper);
      x2 = select(subgroupBroadcast(input2, 2u), subgroupBroadcast(input2, 6u), upper);
      x3 = select(subgroupBroadcast(input3, 2u), subgroupBroadcast(input3, 6u), upper);
    } else {
      x0 = subgroupBroadcast(input0, 2u);
      x1 = subgroupBroadcast(input0, 6u);
      x2 = subgroupBroadcast(input2, 2u);
      x3 = subgroupBroadcast(input2, 6u);
    }
    sum8 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum9 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum10 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum11 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    if (NARROW != 0) {
      x0 = select(subgroupBroadcast(input0, 3u), subgroupBroadcast(input0, 7u), upper);
      x1 = select(subgroupBroadcast(input1, 3u), subgroupBroadcast(input1, 7u), upper);
      x2 = select(subgroupBroadcast(input2, 3u), subgroupBroadcast(input2, 7u), upper);
      x3 = select(subgroupBroadcast(input3, 3u), subgroupBroadcast(input3, 7u), upper);
    } else {
      x0 = subgroupBroadcast(input0, 3u);
      x1 = subgroupBroadcast(input0, 7u);
      x2 = subgroupBroadcast(input2, 3u);
      x3 = subgroupBroadcast(input2, 7u);
    }
    sum12 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum13 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum14 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum15 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
  }

  let sums = array(
    sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15,
  );
  if (column < OUTPUTS) {
    let first = group.z * ROWS + row;
    let rowCount = min(16, max(ROWS, row) - row);
    for (var i = 0u; i < rowCount; i++) { dWeight[((first + i) * OUTPUTS + column) / 4] = sums[i]; }
    if (row == 0) { dBias[(group.z * OUTPUTS + column) / 4] = biasSum; }
  }
}
