// framesConv2d.backwardWeight for subgroups of exactly 8 invocations, by panels:
//   dWeight[ky, kx, c, n] = sum over b, oy, ox of state[b, oy * STRIDE + ky, ox * STRIDE + kx, c] * dOutput[b, oy, ox, n]
//   dBias[n] = sum over b, oy, ox of dOutput[b, oy, ox, n];  state[b, y, x, c] = byte y, x of frame frameNumbers[b, c], times 1 / 255
//   frames       [FRAMES, HEIGHT, WIDTH] u8, packed four to a word, no padding between frames
//   frameNumbers [BATCH, INPUTS] u32; a number of FRAMES or more (0xFFFFFFFF) is a black frame
//   dOutput      [BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS] f32
//   dWeight      [KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS] f32, dBias [OUTPUTS] f32
//   KERNEL_WIDTH, STRIDE and WIDTH are multiples of 4, so that four successive bytes of a window are one word; OUTPUTS is a multiple
//   of 4. There are at least 32 pixels of the output. Tensors of f32 are bound as whole vec4s.
// Workgroups along z are the splits: each sums BLOCKS blocks, for all rows (ky, kx, c flattened) x 32 columns n. With more than one
// split, the results are partial sums, and conv2d.sumSplits4 adds them up.
// A workgroup is one subgroup. A block is GROUPS (at most 4) times 8 segments, one an invocation: SEGMENT successive pixels of a line of
// the output. Its gradients of the 32 columns are put in a panel, 4 columns an invocation; then every row adds its products with them to
// its sums, which lie in dWeight between blocks. Why: conv2d.forward.panel8.wgsl. The subgroup loads the words of a segment once for
// 4 * TAPS rows: a word holds 4 of them, and where windows overlap, it is also a word of the window before, TAPS (1 or 2) in all.
// Sums run over the blocks; in a block over ox within a segment, then over segments.
// Bounds: columns past OUTPUTS are computed as the last ones and not written; pixels past a line's or the batch's end meet zero
// gradients: there, words of the last segment are read, or those after a line.
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
override SEGMENT: u32;
override GROUPS: u32;
override TAPS: u32;
override BLOCKS: u32;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read> frameNumbers: array<u32>;
@group(0) @binding(2) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dWeight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dBias: array<vec4f>;

override LINES: u32 = BATCH * OUTPUT_HEIGHT;
/// Segments of a line.
override SEGMENTS: u32 = (OUTPUT_WIDTH + SEGMENT - 1) / SEGMENT;
/// Words from a window to the next.
override STEP: u32 = STRIDE / 4;
/// Words of a segment, STEP apart.
override SPAN: u32 = SEGMENT + TAPS - 1;
override ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS;
/// Words of a window's line from which TAPS words, STEP apart, cover the line.
override STARTS: u32 = KERNEL_WIDTH / 4 / TAPS;

/// The block's gradients of this invocation's four columns: [group, ox, segment].
var<private> panel: array<vec4f, 128>;
/// Of this invocation's segment in each group: its image, and the word of a frame where its first window begins.
var<private> image: array<u32, 4>;
var<private> corner: array<u32, 4>;
/// Where that word is in `frames`, and whether that frame exists.
var<private> start: array<u32, 4>;
var<private> isThere: array<bool, 4>;
/// SPAN words of each segment.
var<private> words: array<u32, 20>;

fn findSegment(group: u32, segment: u32) {
  if (group >= GROUPS) { return; }
  let line = min(segment / SEGMENTS, LINES - 1);
  image[group] = line / OUTPUT_HEIGHT;
  corner[group] = (line % OUTPUT_HEIGHT * STRIDE) * (WIDTH / 4) + segment % SEGMENTS * (SEGMENT * STEP);
}

fn findFrame(group: u32, c: u32) {
  if (group >= GROUPS) { return; }
  let frame = frameNumbers[image[group] * INPUTS + c];
  isThere[group] = frame < FRAMES;
  // A black frame reads frame 0, which exists, and drops it.
  start[group] = select(0, frame, isThere[group]) * (HEIGHT * WIDTH / 4) + corner[group];
}

fn loadWord(i: u32, offset: u32) {
  if (i >= GROUPS * SPAN) { return; }
  let word = frames[start[i / SPAN] + offset + i % SPAN * STEP];
  words[i] = select(0, word, isThere[i / SPAN]);
}

/// sum + the values x of 8 pixels, one an invocation, * their gradients, which begin at k.
fn allTerms(start: vec4f, k: u32, x: f32) -> vec4f {
  var sum = start + subgroupBroadcast(x, 0u) * panel[k];
  sum += subgroupBroadcast(x, 1u) * panel[k + 1];
  sum += subgroupBroadcast(x, 2u) * panel[k + 2];
  sum += subgroupBroadcast(x, 3u) * panel[k + 3];
  sum += subgroupBroadcast(x, 4u) * panel[k + 4];
  sum += subgroupBroadcast(x, 5u) * panel[k + 5];
  sum += subgroupBroadcast(x, 6u) * panel[k + 6];
  return sum + subgroupBroadcast(x, 7u) * panel[k + 7];
}

/// The terms of pixel `v % SEGMENT` of the segments of a group.
fn pixelTerms(sum: vec4f, v: u32, tap: u32, shift: u32) -> vec4f {
  if (v >= GROUPS * SEGMENT) { return sum; }
  let i = v / SEGMENT * SPAN + v % SEGMENT;
  var word = words[i];
  if (TAPS > 1) { word = select(word, words[i + 1], tap == 1); }
  return allTerms(sum, 8 * v, f32((word >> shift) & 0xff) * (1.0 / 255.0));
}

/// A loop bound that the driver cannot see through, so that it does not unroll: `dOutput` has at least as many elements as a block has
/// pixels (128), `dWeight` as there are rows.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * (arrayLength(&dOutput) + arrayLength(&dWeight)));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column = workgroup.y * 32 + lane * 4;
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let isWritten = column < OUTPUTS;
  var biasSum = vec4f(0);
  for (var block = 0u; block < opaque(BLOCKS); block++) {
    let first = (workgroup.z * BLOCKS + block) * (8 * GROUPS);
    for (var k = 0u; k < opaque(8 * GROUPS * SEGMENT); k++) {
      let segment = first + k / (8 * SEGMENT) * 8 + k % 8;
      let line = segment / SEGMENTS;
      let x = segment % SEGMENTS * SEGMENT + k / 8 % SEGMENT;
      let known = line < LINES && x < OUTPUT_WIDTH;
      let gradient = dOutput[select(0, line * OUTPUT_WIDTH + x, known) * (OUTPUTS / 4) + readColumn];
      let counted = select(vec4f(0), gradient, known);
      panel[k] = counted;
      biasSum += counted;
    }
    findSegment(0, first + 0 + lane);
    findSegment(1, first + 8 + lane);
    findSegment(2, first + 16 + lane);
    findSegment(3, first + 24 + lane);
    for (var c = 0u; c < opaque(INPUTS); c++) {
      findFrame(0, c);
      findFrame(1, c);
      findFrame(2, c);
      findFrame(3, c);
      for (var place = 0u; place < opaque(KERNEL_HEIGHT * STARTS); place++) {
        let ky = place / STARTS;
        let firstWord = place % STARTS / STEP * (TAPS * STEP) + place % STARTS % STEP;
        let offset = ky * (WIDTH / 4) + firstWord;
        loadWord(0, offset);
        loadWord(1, offset);
        loadWord(2, offset);
        loadWord(3, offset);
        loadWord(4, offset);
        loadWord(5, offset);
        loadWord(6, offset);
        loadWord(7, offset);
        loadWord(8, offset);
        loadWord(9, offset);
        loadWord(10, offset);
        loadWord(11, offset);
        loadWord(12, offset);
        loadWord(13, offset);
        loadWord(14, offset);
        loadWord(15, offset);
        loadWord(16, offset);
        loadWord(17, offset);
        loadWord(18, offset);
        loadWord(19, offset);
        for (var byte = 0u; byte < opaque(4 * TAPS); byte++) {
          let tap = byte / 4;
          let kx = 4 * (firstWord + tap * STEP) + byte % 4;
          let row = (ky * KERNEL_WIDTH + kx) * INPUTS + c;
          let address = (workgroup.z * ROWS + row) * (OUTPUTS / 4) + readColumn;
          let before = dWeight[address];
          let shift = byte % 4 * 8;
          var sum = select(before, vec4f(0), block == 0);
          sum = pixelTerms(sum, 0, tap, shift);
          sum = pixelTerms(sum, 1, tap, shift);
          sum = pixelTerms(sum, 2, tap, shift);
          sum = pixelTerms(sum, 3, tap, shift);
          sum = pixelTerms(sum, 4, tap, shift);
          sum = pixelTerms(sum, 5, tap, shift);
          sum = pixelTerms(sum, 6, tap, shift);
          sum = pixelTerms(sum, 7, tap, shift);
          sum = pixelTerms(sum, 8, tap, shift);
          sum = pixelTerms(sum, 9, tap, shift);
          sum = pixelTerms(sum, 10, tap, shift);
          sum = pixelTerms(sum, 11, tap, shift);
          sum = pixelTerms(sum, 12, tap, shift);
          sum = pixelTerms(sum, 13, tap, shift);
          sum = pixelTerms(sum, 14, tap, shift);
          sum = pixelTerms(sum, 15, tap, shift);
          if (isWritten) { dWeight[address] = sum; }
        }
      }
    }
  }
  if (isWritten) { dBias[workgroup.z * (OUTPUTS / 4) + readColumn] = biasSum; }
}
