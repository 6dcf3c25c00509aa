// conv2d.forward for subgroups of exactly 8 invocations: same result and layouts as conv2d.forward.wgsl, there about 5 times as fast.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// A workgroup is one subgroup and computes 16 successive pixels x 32 output channels; an invocation sums 4 of the channels for all 16
// pixels. Invocations load 2 pixels each and share them by subgroupBroadcast: a software adapter splits every load by invocation,
// so loads cost more than arithmetic, and a broadcast with a constant index costs nothing. NARROW = 1 is for OUTPUTS of at most 16:
// 32 pixels x 16 channels, the lower four invocations for the first 16 pixels and the upper four for the others.
// Sums run over ky, kx, c in this order.
// Bounds: pixels past the last one are computed as the last one, channels past OUTPUTS as the last ones; neither is written.
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
override RELU: u32;
override NARROW: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;

/// Where a pixel of the output looks: x, y of its window's corner and the first line of its image.
struct Window { x: u32, y: u32, line: u32 }

fn windowOf(row: u32) -> Window {
  let pixel = min(row, BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH - 1);
  let line = pixel / OUTPUT_WIDTH;
  // In the padding left of and above the input, coordinates wrap to large ones.
  let x = (pixel % OUTPUT_WIDTH) * STRIDE - PADDING;
  let y = (line % OUTPUT_HEIGHT) * STRIDE - PADDING;
  return Window(x, y, line / OUTPUT_HEIGHT * HEIGHT);
}

/// The vec4 `run` of the window's line ky, from its column kx on.
fn inputAt(window: Window, ky: u32, kx: u32, run: u32) -> vec4f {
  let address = ((window.line + window.y + ky) * WIDTH + window.x + kx) * (INPUTS / 4) + run;
  if (PADDING == 0) { return input[address]; }
  let inside = window.y + ky < HEIGHT && window.x + kx < WIDTH;
  return select(vec4f(0), input[select(0, address, inside)], inside);
}

/// sum + x (1 x 4) * w (4 x 4), w by rows: w0 holds this invocation's 4 columns of the first row.
fn multiplyAdd(sum: vec4f, x: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  return sum + x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3;
}

/// With NARROW, the upper four invocations work on other rows than the lower four.
fn pick(lower: vec4f, higher: vec4f, upper: bool) -> vec4f {
  return select(lower, higher, NARROW != 0 && upper);
}

/// A loop bound that the driver cannot see through: `weight` has at least as many elements. Unrolled, the loops compile for longer and
/// run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * arrayLength(&weight));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let upper = lane >= 4;
  let firstRow = group.x * select(16u, 32u, NARROW != 0);
  let row = firstRow + select(0u, 16u, NARROW != 0 && upper);
  let column = select(group.y * 32 + lane * 4, group.y * 16 + lane % 4 * 4, NARROW != 0);
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let lowWindow = windowOf(firstRow + lane);
  let highWindow = windowOf(firstRow + 8 + lane);
  let upperLowWindow = windowOf(firstRow + 16 + lane);
  let upperHighWindow = windowOf(firstRow + 24 + lane);
  // Without padding a window's line is one run of memory; with it, each of its pixels is.
  let runs = select(KERNEL_WIDTH, 1, PADDING == 0);
  let runLength = (KERNEL_WIDTH / runs) * (INPUTS / 4);

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
  var weightAddress = readColumn;
  for (var ky = 0u; ky < opaque(KERNEL_HEIGHT); ky++) {
    for (var kx = 0u; kx < opaque(runs); kx++) {
      for (var run = 0u; run < opaque(runLength); run++) {
        let low = inputAt(lowWindow, ky, kx, run);
        let high = inputAt(highWindow, ky, kx, run);
        var upperLow = low;
        var upperHigh = high;
        if (NARROW != 0) {
          upperLow = inputAt(upperLowWindow, ky, kx, run);
          upperHigh = inputAt(upperHighWindow, ky, kx, run);
        }
        let w0 = weight[weightAddress];
        let w1 = weight[weightAddress + OUTPUTS / 4];
        let w2 = weight[weightAddress + OUTPUTS / 2];
        let w3 = weight[weightAddress + OUTPUTS / 4 * 3];
        weightAddress += OUTPUTS;
        sum0 = multiplyAdd(sum0, pick(subgroupBroadcast(low, 0u), subgroupBroadcast(upperLow, 0u), upper), w0, w1, w2, w3);
        sum1 = multiplyAdd(sum1, pick(subgroupBroadcast(low, 1u), subgroupBroadcast(upperLow, 1u), upper), w0, w1, w2, w3);
        sum2 = multiplyAdd(sum2, pick(subgroupBroadcast(low, 2u), subgroupBroadcast(upperLow, 2u), upper), w0, w1, w2, w3);
        sum3 = multiplyAdd(sum3, pick(subgroupBroadcast(low, 3u), subgroupBroadcast(upperLow, 3u), upper), w0, w1, w2, w3);
        sum4 = multiplyAdd(sum4, pick(subgroupBroadcast(low, 4u), subgroupBroadcast(upperLow, 4u), upper), w0, w1, w2, w3);
        sum5 = multiplyAdd(sum5, pick(subgroupBroadcast(low, 5u), subgroupBroadcast(upperLow, 5u), upper), w0, w1, w2, w3);
        sum6 = multiplyAdd(sum6, pick(subgroupBroadcast(low, 6u), subgroupBroadcast(upperLow, 6u), upper), w0, w1, w2, w3);
        sum7 = multiplyAdd(sum7, pick(subgroupBroadcast(low, 7u), subgroupBroadcast(upperLow, 7u), upper), w0, w1, w2, w3);
        sum8 = multiplyAdd(sum8, pick(subgroupBroadcast(high, 0u), subgroupBroadcast(upperHigh, 0u), upper), w0, w1, w2, w3);
        sum9 = multiplyAdd(sum9, pick(subgroupBroadcast(high, 1u), subgroupBroadcast(upperHigh, 1u), upper), w0, w1, w2, w3);
        sum10 = multiplyAdd(sum10, pick(subgroupBroadcast(high, 2u), subgroupBroadcast(upperHigh, 2u), upper), w0, w1, w2, w3);
        sum11 = multiplyAdd(sum11, pick(subgroupBroadcast(high, 3u), subgroupBroadcast(upperHigh, 3u), upper), w0, w1, w2, w3);
        sum12 = multiplyAdd(sum12, pick(subgroupBroadcast(high, 4u), subgroupBroadcast(upperHigh, 4u), upper), w0, w1, w2, w3);
        sum13 = multiplyAdd(sum13, pick(subgroupBroadcast(high, 5u), subgroupBroadcast(upperHigh, 5u), upper), w0, w1, w2, w3);
        sum14 = multiplyAdd(sum14, pick(subgroupBroadcast(high, 6u), subgroupBroadcast(upperHigh, 6u), upper), w0, w1, w2, w3);
        sum15 = multiplyAdd(sum15, pick(subgroupBroadcast(high, 7u), subgroupBroadcast(upperHigh, 7u), upper), w0, w1, w2, w3);
      }
    }
  }

  let sums = array(
    sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15,
  );
  if (column < OUTPUTS) {
    let b = bias[readColumn];
    let pixels = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH;
    let rowCount = min(16, max(pixels, row) - row);
    for (var i = 0u; i < rowCount; i++) {
      let value = sums[i] + b;
      output[((row + i) * OUTPUTS + column) / 4] = select(value, max(value, vec4f(0)), RELU != 0);
    }
  }
}
