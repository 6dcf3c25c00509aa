// framesConv2d.forward for subgroups of exactly 8 invocations, by panels:
//   output[b, oy, ox, n] = bias[n] + sum over ky, c, kx of state[b, oy * STRIDE + ky, ox * STRIDE + kx, c] * weight[ky, kx, c, n], then
//   max(0, .) where RELU is 1; state[b, y, x, c] = byte y, x of frame frameNumbers[b, c], times 1 / 255
//   frames       [FRAMES, HEIGHT, WIDTH] u8, packed four to a word, no padding between frames
//   frameNumbers [BATCH, INPUTS] u32; a number of FRAMES or more (0xFFFFFFFF) is a black frame
//   weight       [KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS] f32, bias [OUTPUTS] f32
//   output       [BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS] f32
//   KERNEL_WIDTH * INPUTS is 32; KERNEL_WIDTH, STRIDE and WIDTH are multiples of 4, so that four successive bytes of a window are one
//   word; OUTPUTS is a multiple of 4. Tensors of f32 are bound as whole vec4s.
// A line of a window is 32 bytes: 8 words, one an invocation. Otherwise as conv2d.forward.panel8.wgsl, which says why: a workgroup is
// one subgroup and computes IMAGES images x LINES lines of the output x 32 channels; a panel holds the weights of BLOCK_LINES (at most
// 4) lines of the window. Sums run over ky, c, kx in this order.
// Bounds: images past BATCH, lines past OUTPUT_HEIGHT are not computed; channels past OUTPUTS are computed as the last ones and not
// written; lines past the window's end are read as its last one and meet zero weights.
enable subgroups;

override FRAMES: u32;
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
override IMAGES: u32;
override LINES: u32;
override BLOCK_LINES: u32;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read> frameNumbers: array<u32>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

/// The weights, of this invocation's four channels, of up to four lines: 32 a line, in the order of the line's bytes c, kx. One array of 128
/// would be zeroed element by element at the beginning and take twice as long to compile.
var<private> panel0: array<vec4f, 32>;
var<private> panel1: array<vec4f, 32>;
var<private> panel2: array<vec4f, 32>;
var<private> panel3: array<vec4f, 32>;

/// sum + one byte's value x * its weights.
fn term(sum: vec4f, k: u32, x: f32) -> vec4f {
  if (k < 32) { return sum + x * panel0[k]; }
  if (k < 64) { return sum + x * panel1[k - 32]; }
  if (k < 96) { return sum + x * panel2[k - 64]; }
  return sum + x * panel3[k - 96];
}

fn fourTerms(sum: vec4f, k: u32, x: vec4f) -> vec4f {
  return term(term(term(term(sum, k, x.x), k + 1, x.y), k + 2, x.z), k + 3, x.w);
}

/// The line that the invocations hold, a word each; its weights begin at k.
fn lineTerms(start: vec4f, k: u32, word: u32) -> vec4f {
  let x = vec4f((vec4u(word) >> vec4u(0, 8, 16, 24)) & vec4u(0xff)) * (1.0 / 255.0);
  var sum = fourTerms(start, k, subgroupBroadcast(x, 0u));
  sum = fourTerms(sum, k + 4, subgroupBroadcast(x, 1u));
  sum = fourTerms(sum, k + 8, subgroupBroadcast(x, 2u));
  sum = fourTerms(sum, k + 12, subgroupBroadcast(x, 3u));
  sum = fourTerms(sum, k + 16, subgroupBroadcast(x, 4u));
  sum = fourTerms(sum, k + 20, subgroupBroadcast(x, 5u));
  sum = fourTerms(sum, k + 24, subgroupBroadcast(x, 6u));
  return fourTerms(sum, k + 28, subgroupBroadcast(x, 7u));
}

/// The weight of byte `byte` of the window's line ky, of the four channels of `column`; zero past the window's end.
fn weightAt(ky: u32, byte: u32, column: u32) -> vec4f {
  let c = byte / KERNEL_WIDTH;
  let row = (ky * KERNEL_WIDTH + byte % KERNEL_WIDTH) * INPUTS + c;
  let known = ky < KERNEL_HEIGHT;
  return select(vec4f(0), weight[select(0, row, known) * (OUTPUTS / 4) + column], known);
}

/// A loop bound that the driver cannot see through, so that it does not unroll.
fn opaque(bound: u32) -> u32 {
  return select(0, bound, arrayLength(&weight) > 0);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let channel = group.z * 32 + lane * 4;
  let column = min(channel, OUTPUTS - 4) / 4;
  let start = bias[column];
  let firstImage = group.x * IMAGES;
  let endImage = min(firstImage + IMAGES, BATCH);
  let firstLine = group.y * LINES;
  let endLine = min(firstLine + LINES, OUTPUT_HEIGHT);
  // This invocation's word of a window's line: its frame and its place in the line.
  let c = lane / (KERNEL_WIDTH / 4);
  let word = lane % (KERNEL_WIDTH / 4);
  for (var ky = 0u; ky < opaque(KERNEL_HEIGHT); ky += BLOCK_LINES) {
    for (var k = 0u; k < opaque(32); k++) {
      panel0[k] = weightAt(ky, k, column);
      if (BLOCK_LINES > 1) { panel1[k] = weightAt(ky + 1, k, column); }
      if (BLOCK_LINES > 2) { panel2[k] = weightAt(ky + 2, k, column); }
      if (BLOCK_LINES > 3) { panel3[k] = weightAt(ky + 3, k, column); }
    }
    let line1 = (min(ky + 1, KERNEL_HEIGHT - 1) - ky) * (WIDTH / 4);
    let line2 = (min(ky + 2, KERNEL_HEIGHT - 1) - ky) * (WIDTH / 4);
    let line3 = (min(ky + 3, KERNEL_HEIGHT - 1) - ky) * (WIDTH / 4);
    let isFirst = ky == 0;
    let isLast = ky + BLOCK_LINES >= KERNEL_HEIGHT;
    for (var image = firstImage; image < endImage; image++) {
      let frame = frameNumbers[image * INPUTS + c];
      let isThere = frame < FRAMES;
      // A black frame reads frame 0, which exists, and drops it.
      let base = (select(0, frame, isThere) * HEIGHT + ky) * (WIDTH / 4) + word;
      for (var y = firstLine; y < endLine; y++) {
        for (var x = 0u; x < opaque(OUTPUT_WIDTH); x++) {
          let place = ((image * OUTPUT_HEIGHT + y) * OUTPUT_WIDTH + x) * (OUTPUTS / 4) + column;
          let address = base + (y * WIDTH + x) * (STRIDE / 4);
          var word0 = frames[address];
          var word1: u32;
          var word2: u32;
          var word3: u32;
          if (BLOCK_LINES > 1) { word1 = frames[address + line1]; }
          if (BLOCK_LINES > 2) { word2 = frames[address + line2]; }
          if (BLOCK_LINES > 3) { word3 = frames[address + line3]; }
          var sum = start;
          if (!isFirst) { sum = output[place]; }
          sum = lineTerms(sum, 0, select(0, word0, isThere));
          if (BLOCK_LINES > 1) { sum = lineTerms(sum, 32, select(0, word1, isThere)); }
          if (BLOCK_LINES > 2) { sum = lineTerms(sum, 64, select(0, word2, isThere)); }
          if (BLOCK_LINES > 3) { sum = lineTerms(sum, 96, select(0, word3, isThere)); }
          if (RELU != 0 && isLast) { sum = max(sum, vec4f(0)); }
          if (channel < OUTPUTS) { output[place] = sum; }
        }
      }
    }
  }
}
