// conv2d.backwardInput for subgroups of exactly 8 invocations, by panels: same result and layouts as conv2d.backwardInput.wgsl.
//   INPUTS and OUTPUTS are multiples of 4, PADDING is 0; dOutput, input and dInput are bound as whole vec4s.
// Workgroups along z are the phases (conv2d.backwardInput.wgsl says what they are). A workgroup is one subgroup and computes the pixels
// of a phase in IMAGES successive images x 32 input channels, 4 of the channels an invocation. The phase's taps are taken in blocks: of
// one line of the kernel TAPS (at most 3) successive taps, of them BLOCK (32 or 64) output channels. A block's weights are put in
// panels; then each line of the output's gradient is added, pixel by pixel, to the TAPS pixels of dInput that its pixels meet. Those lie
// one after the other in the phase, so the sums move along with the pixels: each is complete for the block, and added to what lies in
// dInput, when the last of its TAPS pixels of the output has been there. Taps outside the input or output meet nothing and cost nothing.
// Sums run over ky, blocks of kx, blocks of n, then kx downwards and n.
// Why panels, and why all loads of a pixel come before its arithmetic: conv2d.forward.panel8.wgsl. The zeroes that a private array begins
// with are stored one by one, and compile in more than proportion: one panel of all taps would take twice as long as three.
// Bounds: channels past INPUTS are computed as the last ones and not written; channels past OUTPUTS are read as the last ones, taps past
// the kernel's end not at all, and both have zero weights. Pixels of dInput that no tap meets are set to zero at the end.
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
override MASK: u32;
override TAPS: u32;
override BLOCK: u32;
override IMAGES: u32;

@group(0) @binding(0) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> input: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dInput: array<vec4f>;

/// The block's weights of this invocation's four channels, by output channel: a panel for each tap.
var<private> panel0: array<vec4f, 64>;
var<private> panel1: array<vec4f, 64>;
var<private> panel2: array<vec4f, 64>;

/// Of the pixels that the block's taps meet at one pixel of the output.
struct Sums { at0: vec4f, at1: vec4f, at2: vec4f }

/// sums + the gradient x of the block's channel k * its weights.
fn term(sums: Sums, k: u32, x: f32) -> Sums {
  var next = sums;
  next.at0 += x * panel0[k];
  if (TAPS > 1) { next.at1 += x * panel1[k]; }
  if (TAPS > 2) { next.at2 += x * panel2[k]; }
  return next;
}

fn fourTerms(sums: Sums, k: u32, x: vec4f) -> Sums {
  return term(term(term(term(sums, k, x.x), k + 1, x.y), k + 2, x.z), k + 3, x.w);
}

/// The 32 channels from k on that the invocations hold, four each.
fn allTerms(start: Sums, k: u32, x: vec4f) -> Sums {
  var sums = fourTerms(start, k, subgroupBroadcast(x, 0u));
  sums = fourTerms(sums, k + 4, subgroupBroadcast(x, 1u));
  sums = fourTerms(sums, k + 8, subgroupBroadcast(x, 2u));
  sums = fourTerms(sums, k + 12, subgroupBroadcast(x, 3u));
  sums = fourTerms(sums, k + 16, subgroupBroadcast(x, 4u));
  sums = fourTerms(sums, k + 20, subgroupBroadcast(x, 5u));
  sums = fourTerms(sums, k + 24, subgroupBroadcast(x, 6u));
  return fourTerms(sums, k + 28, subgroupBroadcast(x, 7u));
}

/// The weights of channel n of the output at a tap of the kernel, of four input channels from `channel` on.
fn weightsAt(ky: u32, kx: u32, channel: u32, n: u32) -> vec4f {
  let known = kx < KERNEL_WIDTH && n < OUTPUTS;
  let at = select(0, ((ky * KERNEL_WIDTH + kx) * INPUTS + channel) * OUTPUTS + n, known);
  let weights = vec4f(weight[at], weight[at + OUTPUTS], weight[at + 2 * OUTPUTS], weight[at + 3 * OUTPUTS]);
  return select(vec4f(0), weights, known);
}

/// A loop bound that the driver cannot see through, so that it does not unroll: there are weights.
fn opaque(bound: u32) -> u32 {
  return select(0, bound, arrayLength(&weight) > 0);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let firstImage = group.x * IMAGES;
  let endImage = min(firstImage + IMAGES, BATCH);
  let isWritten = group.y * 32 + lane * 4 < INPUTS;
  let channel = min(group.y * 32 + lane * 4, INPUTS - 4);
  let phase = vec2u(group.z % STRIDE, group.z / STRIDE);
  // The phase's taps, and its pixels.
  let taps = (max(vec2u(KERNEL_WIDTH, KERNEL_HEIGHT), phase) - phase + STRIDE - 1) / STRIDE;
  let extent = (vec2u(WIDTH, HEIGHT) + STRIDE - 1 - phase) / STRIDE;

  for (var tapY = 0u; tapY < opaque(taps.y); tapY++) {
    for (var tapX = 0u; tapX < opaque(taps.x); tapX += TAPS) {
      for (var n = 0u; n < opaque(OUTPUTS); n += BLOCK) {
        let ky = phase.y + tapY * STRIDE;
        let kx = phase.x + tapX * STRIDE;
        for (var k = 0u; k < opaque(BLOCK); k++) {
          panel0[k] = weightsAt(ky, kx, channel, n + k);
          if (TAPS > 1) { panel1[k] = weightsAt(ky, kx + STRIDE, channel, n + k); }
          if (TAPS > 2) { panel2[k] = weightsAt(ky, kx + 2 * STRIDE, channel, n + k); }
        }
        let offset0 = min(n / 4 + lane, OUTPUTS / 4 - 1);
        let offset1 = min(n / 4 + 8 + lane, OUTPUTS / 4 - 1);
        for (var image = firstImage; image < endImage; image++) {
          for (var y = 0u; y < opaque(OUTPUT_HEIGHT); y++) {
            // Whether this line of dInput meets no tap before this line of taps, and none after it.
            let isFirst = tapY == 0 || y + 1 == OUTPUT_HEIGHT;
            let isLast = tapY + 1 == taps.y || y == 0;
            let line = (image * HEIGHT + (y + tapY) * STRIDE + phase.y) * WIDTH + kx;
            var place = (line * INPUTS + channel) / 4;
            var source = (image * OUTPUT_HEIGHT + y) * OUTPUT_WIDTH * (OUTPUTS / 4);
            var sums = Sums();
            for (var x = 0u; x < opaque(OUTPUT_WIDTH); x++) {
              let x0 = dOutput[source + offset0];
              var x1: vec4f;
              if (BLOCK > 32) { x1 = dOutput[source + offset1]; }
              sums = allTerms(sums, 0, x0);
              if (BLOCK > 32) { sums = allTerms(sums, 32, x1); }
              source += OUTPUTS / 4;
              // The sum that this pixel was the last to add to is complete; at the line's end all are.
              let end = select(x + 1, OUTPUT_WIDTH + TAPS - 1, x + 1 == OUTPUT_WIDTH);
              for (var i = x; i < end; i++) {
                let continues = !isFirst || n != 0 || (tapX != 0 && i + 1 < OUTPUT_WIDTH);
                var total = sums.at0;
                if (continues) { total += dInput[place]; }
                var factor = vec4f(1);
                if (MASK != 0 && isLast) { factor = input[place]; }
                if (isWritten && tapX + i < extent.x) { dInput[place] = select(vec4f(0), total, factor > vec4f(0)); }
                place += STRIDE * INPUTS / 4;
                sums = Sums(sums.at1, sums.at2, vec4f(0));
              }
            }
          }
        }
      }
    }
  }

  // The phase's pixels that a tap meets are the first ones of its first lines.
  let met = select(vec2u(0), vec2u(OUTPUT_WIDTH, OUTPUT_HEIGHT) + taps - 1, all(taps > vec2u(0)));
  for (var image = firstImage; image < endImage; image++) {
    for (var y = 0u; y < extent.y; y++) {
      for (var x = select(0, met.x, y < met.y); x < extent.x; x++) {
        let pixel = (image * HEIGHT + y * STRIDE + phase.y) * WIDTH + x * STRIDE + phase.x;
        if (isWritten) { dInput[(pixel * INPUTS + channel) / 4] = vec4f(0); }
      }
    }
  }
}
