// conv2d.forward for subgroups of exactly 8 invocations: same result and layouts as conv2d.forward.wgsl, there 10 times as fast.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// A workgroup is one subgroup and computes 16 successive pixels x 32 output channels; an invocation sums 4 of the channels for all 16
// pixels. Invocations load 2 pixels each and share them by subgroupBroadcast: a software adapter splits every load by invocation,
// so loads cost more than arithmetic, and a broadcast with a constant index costs nothing.
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

fn store(row: u32, column: u32, value: vec4f) {
  if (row < BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH && column < OUTPUTS) {
    output[(row * OUTPUTS + column) / 4] = select(value, max(value, vec4f(0)), RELU != 0);
  }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.x * 16;
  let column = group.y * 32 + lane * 4;
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let lowWindow = windowOf(row + lane);
  let highWindow = windowOf(row + 8 + lane);
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
  for (var ky = 0u; ky < KERNEL_HEIGHT; ky++) {
    for (var kx = 0u; kx < runs; kx++) {
      for (var run = 0u; run < runLength; run++) {
        let low = inputAt(lowWindow, ky, kx, run);
        let high = inputAt(highWindow, ky, kx, run);
        let w0 = weight[weightAddress];
        let w1 = weight[weightAddress + OUTPUTS / 4];
        let w2 = weight[weightAddress + OUTPUTS / 2];
        let w3 = weight[weightAddress + OUTPUTS / 4 * 3];
        weightAddress += OUTPUTS;
        sum0 = multiplyAdd(sum0, subgroupBroadcast(low, 0u), w0, w1, w2, w3);
        sum1 = multiplyAdd(sum1, subgroupBroadcast(low, 1u), w0, w1, w2, w3);
        sum2 = multiplyAdd(sum2, subgroupBroadcast(low, 2u), w0, w1, w2, w3);
        sum3 = multiplyAdd(sum3, subgroupBroadcast(low, 3u), w0, w1, w2, w3);
        sum4 = multiplyAdd(sum4, subgroupBroadcast(low, 4u), w0, w1, w2, w3);
        sum5 = multiplyAdd(sum5, subgroupBroadcast(low, 5u), w0, w1, w2, w3);
        sum6 = multiplyAdd(sum6, subgroupBroadcast(low, 6u), w0, w1, w2, w3);
        sum7 = multiplyAdd(sum7, subgroupBroadcast(low, 7u), w0, w1, w2, w3);
        sum8 = multiplyAdd(sum8, subgroupBroadcast(high, 0u), w0, w1, w2, w3);
        sum9 = multiplyAdd(sum9, subgroupBroadcast(high, 1u), w0, w1, w2, w3);
        sum10 = multiplyAdd(sum10, subgroupBroadcast(high, 2u), w0, w1, w2, w3);
        sum11 = multiplyAdd(sum11, subgroupBroadcast(high, 3u), w0, w1, w2, w3);
        sum12 = multiplyAdd(sum12, subgroupBroadcast(high, 4u), w0, w1, w2, w3);
        sum13 = multiplyAdd(sum13, subgroupBroadcast(high, 5u), w0, w1, w2, w3);
        sum14 = multiplyAdd(sum14, subgroupBroadcast(high, 6u), w0, w1, w2, w3);
        sum15 = multiplyAdd(sum15, subgroupBroadcast(high, 7u), w0, w1, w2, w3);
      }
    }
  }

  let b = bias[readColumn];
  store(row, column, sum0 + b);
  store(row + 1, column, sum1 + b);
  store(row + 2, column, sum2 + b);
  store(row + 3, column, sum3 + b);
  store(row + 4, column, sum4 + b);
  store(row + 5, column, sum5 + b);
  store(row + 6, column, sum6 + b);
  store(row + 7, column, sum7 + b);
  store(row + 8, column, sum8 + b);
  store(row + 9, column, sum9 + b);
  store(row + 10, column, sum10 + b);
  store(row + 11, column, sum11 + b);
  store(row + 12, column, sum12 + b);
  store(row + 13, column, sum13 + b);
  store(row + 14, column, sum14 + b);
  store(row + 15, column, sum15 + b);
}
