// conv2d.backwardInput for subgroups of exactly 8 invocations: same result and layouts as conv2d.backwardInput.wgsl.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// Workgroups along z are the phases (conv2d.backwardInput.wgsl says what they are). A workgroup is one subgroup and computes 16
// successive pixels of a phase x 32 input channels; an invocation sums 4 of the channels for all 16 pixels. Invocations load 2 pixels
// of the output's gradient each and share them by subgroupBroadcast (why: conv2d.forward.subgroup8.wgsl).
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

@group(0) @binding(0) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> input: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dInput: array<vec4f>;

/// A pixel of a phase: the output pixel that tap 0 meets, and the first line of its image in the output.
struct Pixel { outputX: u32, outputY: u32, line: u32 }

fn pixelOf(row: u32, phase: vec2u) -> Pixel {
  let phaseWidth = (WIDTH + STRIDE - 1) / STRIDE;
  let phaseHeight = (HEIGHT + STRIDE - 1) / STRIDE;
  let line = row / phaseWidth;
  return Pixel(
    row % phaseWidth + (phase.x + PADDING) / STRIDE,
    line % phaseHeight + (phase.y + PADDING) / STRIDE,
    min(line / phaseHeight, BATCH - 1) * OUTPUT_HEIGHT,
  );
}

/// The first vec4 of the gradient's pixel that the tap meets. Unsigned coordinates below 0 wrap to large ones.
fn tapAddress(pixel: Pixel, tapY: u32, tapX: u32) -> u32 {
  return ((pixel.line + pixel.outputY - tapY) * OUTPUT_WIDTH + pixel.outputX - tapX) * (OUTPUTS / 4);
}

fn inside(pixel: Pixel, tapY: u32, tapX: u32) -> bool {
  return pixel.outputY - tapY < OUTPUT_HEIGHT && pixel.outputX - tapX < OUTPUT_WIDTH;
}

/// sum + x (1 x 4) * w (4 x 4), w by columns: w0 holds 4 terms of this invocation's first column.
fn multiplyAdd(sum: vec4f, x: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  var result = sum + x.x * vec4f(w0.x, w1.x, w2.x, w3.x);
  result += x.y * vec4f(w0.y, w1.y, w2.y, w3.y);
  result += x.z * vec4f(w0.z, w1.z, w2.z, w3.z);
  return result + x.w * vec4f(w0.w, w1.w, w2.w, w3.w);
}

fn store(row: u32, phase: vec2u, channel: u32, value: vec4f) {
  let phaseWidth = (WIDTH + STRIDE - 1) / STRIDE;
  let phaseHeight = (HEIGHT + STRIDE - 1) / STRIDE;
  let line = row / phaseWidth;
  let image = line / phaseHeight;
  let x = (row % phaseWidth) * STRIDE + phase.x;
  let y = (line % phaseHeight) * STRIDE + phase.y;
  if (image < BATCH && x < WIDTH && y < HEIGHT && channel < INPUTS) {
    let address = (((image * HEIGHT + y) * WIDTH + x) * INPUTS + channel) / 4;
    if (MASK != 0) {
      dInput[address] = select(vec4f(0), value, input[address] > vec4f(0));
    } else {
      dInput[address] = value;
    }
  }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.x * 16;
  let channel = group.y * 32 + lane * 4;
  let phase = vec2u(group.z % STRIDE, group.z / STRIDE);
  let lowPixel = pixelOf(row + lane, phase);
  let highPixel = pixelOf(row + 8 + lane, phase);
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
  for (var ky = (phase.y + PADDING) % STRIDE; ky < KERNEL_HEIGHT; ky += STRIDE) {
    for (var kx = (phase.x + PADDING) % STRIDE; kx < KERNEL_WIDTH; kx += STRIDE) {
      let lowInside = inside(lowPixel, ky / STRIDE, kx / STRIDE);
      let highInside = inside(highPixel, ky / STRIDE, kx / STRIDE);
      let lowAddress = select(0, tapAddress(lowPixel, ky / STRIDE, kx / STRIDE), lowInside);
      let highAddress = select(0, tapAddress(highPixel, ky / STRIDE, kx / STRIDE), highInside);
      let weightAddress = (ky * KERNEL_WIDTH + kx) * (INPUTS * OUTPUTS / 4) + weightRow;
      for (var n = 0u; n < OUTPUTS / 4; n++) {
        let low = select(vec4f(0), dOutput[lowAddress + n], lowInside);
        let high = select(vec4f(0), dOutput[highAddress + n], highInside);
        let w0 = weight[weightAddress + n];
        let w1 = weight[weightAddress + OUTPUTS / 4 + n];
        let w2 = weight[weightAddress + OUTPUTS / 2 + n];
        let w3 = weight[weightAddress + OUTPUTS / 4 * 3 + n];
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

  store(row, phase, channel, sum0);
  store(row + 1, phase, channel, sum1);
  store(row + 2, phase, channel, sum2);
  store(row + 3, phase, channel, sum3);
  store(row + 4, phase, channel, sum4);
  store(row + 5, phase, channel, sum5);
  store(row + 6, phase, channel, sum6);
  store(row + 7, phase, channel, sum7);
  store(row + 8, phase, channel, sum8);
  store(row + 9, phase, channel, sum9);
  store(row + 10, phase, channel, sum10);
  store(row + 11, phase, channel, sum11);
  store(row + 12, phase, channel, sum12);
  store(row + 13, phase, channel, sum13);
  store(row + 14, phase, channel, sum14);
  store(row + 15, phase, channel, sum15);
}
