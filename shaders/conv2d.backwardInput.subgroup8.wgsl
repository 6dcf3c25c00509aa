// conv2d.backwardInput for subgroups of exactly 8 invocations: same result and layouts as conv2d.backwardInput.wgsl.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// Workgroups along z are the phases (conv2d.backwardInput.wgsl says what they are). A workgroup is one subgroup and computes 16
// successive pixels of a phase x 32 input channels; an invocation sums 4 of the channels for all 16 pixels. Invocations load 2 pixels
// of the output's gradient each and share them by subgroupBroadcast (why: conv2d.forward.subgroup8.wgsl).
// NARROW = 1 is for INPUTS of at most 16: 32 pixels x 16 channels, the upper four invocations for the upper 16 pixels.
// Sums run over ky, kx, n in this order.
// Bounds: pixels outside the input (the last of some phases) and channels past INPUTS are computed but not written.
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
override MASK: u32;
override NARROW: u32;

@group(0) @binding(0) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> input: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dInput: array<vec4f>;

override PHASE_WIDTH: u32 = (WIDTH + STRIDE - 1) / STRIDE;
override PHASE_HEIGHT: u32 = (HEIGHT + STRIDE - 1) / STRIDE;
override PHASE_PIXELS: u32 = BATCH * PHASE_HEIGHT * PHASE_WIDTH;

/// A pixel of a phase: the output pixel that tap 0 meets, and the first line of its image in the output.
struct Pixel { outputX: u32, outputY: u32, line: u32 }

fn pixelOf(row: u32, phase: vec2u) -> Pixel {
  let line = row / PHASE_WIDTH;
  return Pixel(
    row % PHASE_WIDTH + (phase.x + PADDING) / STRIDE,
    line % PHASE_HEIGHT + (phase.y + PADDING) / STRIDE,
    min(line / PHASE_HEIGHT, BATCH - 1) * OUTPUT_HEIGHT,
  );
}

/// The first vec4 of the gradient's pixel that the tap meets. Unsigned coordinates below 0 wrap to large ones.
fn tapAddress(pixel: Pixel, tap: vec2u) -> u32 {
  return ((pixel.line + pixel.outputY - tap.y) * OUTPUT_WIDTH + pixel.outputX - tap.x) * (OUTPUTS / 4);
}

fn inside(pixel: Pixel, tap: vec2u) -> bool {
  return pixel.outputY - tap.y < OUTPUT_HEIGHT && pixel.outputX - tap.x < OUTPUT_WIDTH;
}

/// sum + x (1 x 4) * w (4 x 4), w by columns: w0 holds 4 terms of this invocation's first column.
fn multiplyAdd(sum: vec4f, x: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  var result = sum + x.x * vec4f(w0.x, w1.x, w2.x, w3.x);
  result += x.y * vec4f(w0.y, w1.y, w2.y, w3.y);
  result += x.z * vec4f(w0.z, w1.z, w2.z, w3.z);
  return result + x.w * vec4f(w0.w, w1.w, w2.w, w3.w);
}

/// With NARROW, the upper four invocations work on other rows than the lower four.
fn pick(lower: vec4f, higher: vec4f, upper: bool) -> vec4f {
  return select(lower, higher, NARROW != 0 && upper);
}

fn store(row: u32, phase: vec2u, channel: u32, value: vec4f) {
  let line = row / PHASE_WIDTH;
  let x = (row % PHASE_WIDTH) * STRIDE + phase.x;
  let y = (line % PHASE_HEIGHT) * STRIDE + phase.y;
  if (x >= WIDTH || y >= HEIGHT) { return; }
  let address = (((line / PHASE_HEIGHT * HEIGHT + y) * WIDTH + x) * INPUTS + channel) / 4;
  if (MASK != 0) {
    dInput[address] = select(vec4f(0), value, input[address] > vec4f(0));
  } else {
    dInput[address] = value;
  }
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
  let channel = select(group.y * 32 + lane * 4, group.y * 16 + lane % 4 * 4, NARROW != 0);
  let phase = vec2u(group.z % STRIDE, group.z / STRIDE);
  let lowPixel = pixelOf(firstRow + lane, phase);
  let highPixel = pixelOf(firstRow + 8 + lane, phase);
  let upperLowPixel = pixelOf(firstRow + 16 + lane, phase);
  let upperHighPixel = pixelOf(firstRow + 24 + lane, phase);
  let weightRow = min(channel, INPUTS - 4) * (OUTPUTS / 4);

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
  for (var ky = (phase.y + PADDING) % STRIDE; ky < opaque(KERNEL_HEIGHT); ky += STRIDE) {
    for (var kx = (phase.x + PADDING) % STRIDE; kx < opaque(KERNEL_WIDTH); kx += STRIDE) {
      let tap = vec2u(kx, ky) / STRIDE;
      let lowInside = inside(lowPixel, tap);
      let highInside = inside(highPixel, tap);
      let upperLowInside = inside(upperLowPixel, tap);
      let upperHighInside = inside(upperHighPixel, tap);
      let lowAddress = select(0, tapAddress(lowPixel, tap), lowInside);
      let highAddress = select(0, tapAddress(highPixel, tap), highInside);
      let upperLowAddress = select(0, tapAddress(upperLowPixel, tap), upperLowInside);
      let upperHighAddress = select(0, tapAddress(upperHighPixel, tap), upperHighInside);
      let weightAddress = (ky * KERNEL_WIDTH + kx) * (INPUTS * OUTPUTS / 4) + weightRow;
      for (var n = 0u; n < opaque(OUTPUTS / 4); n++) {
        let low = select(vec4f(0), dOutput[lowAddress + n], lowInside);
        let high = select(vec4f(0), dOutput[highAddress + n], highInside);
        var upperLow = low;
        var upperHigh = high;
        if (NARROW != 0) {
          upperLow = select(vec4f(0), dOutput[upperLowAddress + n], upperLowInside);
          upperHigh = select(vec4f(0), dOutput[upperHighAddress + n], upperHighInside);
        }
        let w0 = weight[weightAddress + n];
        let w1 = weight[weightAddress + OUTPUTS / 4 + n];
        let w2 = weight[weightAddress + OUTPUTS / 2 + n];
        let w3 = weight[weightAddress + OUTPUTS / 4 * 3 + n];
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
  if (channel < INPUTS) {
    let rowCount = min(16, max(PHASE_PIXELS, row) - row);
    for (var i = 0u; i < rowCount; i++) { store(row + i, phase, channel, sums[i]); }
  }
}
