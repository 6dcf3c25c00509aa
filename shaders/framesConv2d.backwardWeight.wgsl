// framesConv2d.backwardWeight: dWeight[ky, kx, c, n] = sum over b, oy, ox of
//                              state[b, oy * STRIDE + ky - PADDING, ox * STRIDE + kx - PADDING, c] * dOutput[b, oy, ox, n];
//                              dBias[n] = sum over b, oy, ox of dOutput[b, oy, ox, n];
//                              state[b, y, x, c] = byte y, x of frame frameNumbers[b, c], times 1 / 255; 0 outside the frame
//   frames       [FRAMES, HEIGHT, WIDTH] u8, packed four to a word, the first in the lowest byte, no padding between frames
//   frameNumbers [BATCH, INPUTS] u32; a number of FRAMES or more (0xFFFFFFFF) is a black frame
//   dOutput      [BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS]             f32
//   dWeight      [splits, KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS]    f32
//   dBias        [splits, OUTPUTS]                                         f32
// Workgroups along z are the splits: each sums SPLIT_LINES of the BATCH * OUTPUT_HEIGHT lines of the output. With more than one, the
// results are partial sums, and conv2d.sumSplits.tiled adds them up.
// One invocation computes 4 successive rows (ky, c, kx flattened) x 4 successive columns n. Sums run over b, oy, ox in this order.
// Bounds: rows past the last one are computed as the last one, columns past OUTPUTS as garbage; neither is written.
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
override PADDING: u32;
override SPLIT_LINES: u32;

/// Whether the bytes that four successive rows meet are one word.
override WHOLE_WORDS: bool = KERNEL_WIDTH % 4 == 0 && WIDTH % 4 == 0 && STRIDE % 4 == 0 && PADDING == 0;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read> frameNumbers: array<u32>;
@group(0) @binding(2) var<storage, read> dOutput: array<f32>;
@group(0) @binding(3) var<storage, read_write> dWeight: array<f32>;
@group(0) @binding(4) var<storage, read_write> dBias: array<f32>;

/// A row of the weight matrix: its place in the kernel and its channel.
struct Tap { kx: u32, ky: u32, channel: u32 }

fn tapOf(row: u32) -> Tap {
  let clamped = min(row, KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS - 1);
  let line = clamped / KERNEL_WIDTH;
  return Tap(clamped % KERNEL_WIDTH, line / INPUTS, line % INPUTS);
}

/// A line of one frame that a tap passes over: where it lies in `frames`, and whether there is one.
struct Line { byte: u32, exists: bool }

fn lineOf(tap: Tap, image: u32, oy: u32) -> Line {
  // Above the frame the unsigned coordinate wraps to a large one.
  let y = oy * STRIDE + tap.ky - PADDING;
  let frame = frameNumbers[image * INPUTS + tap.channel];
  return Line((frame * HEIGHT + y) * WIDTH, frame < FRAMES && (PADDING == 0 || y < HEIGHT));
}

/// The value that the tap meets at pixel ox of the line; 0 in the padding and where there is no line.
fn valueAt(tap: Tap, line: Line, ox: u32) -> f32 {
  let x = ox * STRIDE + tap.kx - PADDING;
  let inside = line.exists && (PADDING == 0 || x < WIDTH);
  let byte = line.byte + x;
  let value = (frames[select(0, byte / 4, inside)] >> (8 * (byte % 4))) & 0xff;
  return select(0.0, f32(value) * (1.0 / 255.0), inside);
}

/// The values that four successive rows meet, of which `tap` is the first, where they are one word.
fn wordAt(tap: Tap, line: Line, ox: u32) -> vec4f {
  let word = select(0, frames[select(0, (line.byte + ox * STRIDE + tap.kx) / 4, line.exists)], line.exists);
  return vec4f((vec4u(word) >> vec4u(0, 8, 16, 24)) & vec4u(0xff)) * (1.0 / 255.0);
}

fn storeOne(address: u32, column: u32, value: f32) {
  if (column < OUTPUTS) { dWeight[address] = value; }
}

fn store(split: u32, row: u32, column: u32, value: vec4f) {
  let rows = KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS;
  if (row >= rows) { return; }
  let tap = tapOf(row);
  let weightRow = (tap.ky * KERNEL_WIDTH + tap.kx) * INPUTS + tap.channel;
  let address = (split * rows + weightRow) * OUTPUTS + column;
  storeOne(address, column, value.x);
  storeOne(address + 1, column + 1, value.y);
  storeOne(address + 2, column + 2, value.z);
  storeOne(address + 3, column + 3, value.w);
}

fn storeBias(split: u32, column: u32, value: f32) {
  if (column < OUTPUTS) { dBias[split * OUTPUTS + column] = value; }
}

/// A loop bound that the driver cannot see through: `dOutput` has at least as many elements. Unrolled, the loops take up to ten times as
/// long to compile and run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, arrayLength(&dOutput));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columnTiles = (OUTPUTS + 3) / 4;
  let column = (id.x % columnTiles) * 4;
  let row = (id.x / columnTiles) * 4;
  if (row >= KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS) { return; }
  let tap0 = tapOf(row);
  let tap1 = tapOf(row + 1);
  let tap2 = tapOf(row + 2);
  let tap3 = tapOf(row + 3);

  let lineEnd = min((id.z + 1) * SPLIT_LINES, BATCH * OUTPUT_HEIGHT);
  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  var biasSum = vec4f(0);
  for (var line = id.z * SPLIT_LINES; line < lineEnd; line++) {
    let image = line / OUTPUT_HEIGHT;
    let oy = line % OUTPUT_HEIGHT;
    let line0 = lineOf(tap0, image, oy);
    let line1 = lineOf(tap1, image, oy);
    let line2 = lineOf(tap2, image, oy);
    let line3 = lineOf(tap3, image, oy);
    for (var ox = 0u; ox < opaque(OUTPUT_WIDTH); ox++) {
      let address = (line * OUTPUT_WIDTH + ox) * OUTPUTS + column;
      let d = vec4f(dOutput[address], dOutput[address + 1], dOutput[address + 2], dOutput[address + 3]);
      var values: vec4f;
      if (WHOLE_WORDS) {
        values = wordAt(tap0, line0, ox);
      } else {
        values = vec4f(
          valueAt(tap0, line0, ox),
          valueAt(tap1, line1, ox),
          valueAt(tap2, line2, ox),
          valueAt(tap3, line3, ox),
        );
      }
      sum0 += values[0] * d;
      sum1 += values[1] * d;
      sum2 += values[2] * d;
      sum3 += values[3] * d;
      biasSum += d;
    }
  }

  store(id.z, row, column, sum0);
  store(id.z, row + 1, column, sum1);
  store(id.z, row + 2, column, sum2);
  store(id.z, row + 3, column, sum3);
  if (row == 0) {
    storeBias(id.z, column, biasSum.x);
    storeBias(id.z, column + 1, biasSum.y);
    storeBias(id.z, column + 2, biasSum.z);
    storeBias(id.z, column + 3, biasSum.w);
  }
}
