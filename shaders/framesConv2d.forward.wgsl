// framesConv2d.forward: output[b, oy, ox, n] = bias[n] + sum over ky, c, kx of
//                       state[b, oy * STRIDE + ky - PADDING, ox * STRIDE + kx - PADDING, c] * weight[ky, kx, c, n],
//                       then max(0, .) where RELU is 1; state[b, y, x, c] = byte y, x of frame frameNumbers[b, c], times 1 / 255.
//                       Pixels outside the frame are 0.
//   frames       [FRAMES, HEIGHT, WIDTH] u8, packed four to a word, the first in the lowest byte, no padding between frames
//   frameNumbers [BATCH, INPUTS] u32; a number of FRAMES or more (0xFFFFFFFF) is a black frame
//   weight       [KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS]   f32
//   bias         [OUTPUTS]                                        f32
//   output       [BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS]    f32
// One invocation computes 4 successive pixels x 4 successive output channels in registers. Sums run over ky, c, kx in this order.
// Bounds: pixels past the last one are computed as the last one and channels past OUTPUTS as garbage; neither is written.
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
override RELU: u32;

/// Whether four successive bytes of a line of a window are one word.
override WHOLE_WORDS: bool = KERNEL_WIDTH % 4 == 0 && WIDTH % 4 == 0 && STRIDE % 4 == 0 && PADDING == 0;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read> frameNumbers: array<u32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

/// Where a pixel of the output looks: x, y of its window's corner and its image.
struct Window { x: u32, y: u32, image: u32 }

fn windowOf(row: u32) -> Window {
  let pixel = min(row, BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH - 1);
  let line = pixel / OUTPUT_WIDTH;
  // Left of and above the frame, coordinates wrap to large ones.
  return Window((pixel % OUTPUT_WIDTH) * STRIDE - PADDING, (line % OUTPUT_HEIGHT) * STRIDE - PADDING, line / OUTPUT_HEIGHT);
}

/// A line of a window in one frame: where its first byte lies, the x of that byte, and whether there is such a line.
struct Line { byte: u32, x: u32, exists: bool }

fn lineOf(window: Window, ky: u32, c: u32) -> Line {
  let y = window.y + ky;
  let frame = frameNumbers[window.image * INPUTS + c];
  return Line((frame * HEIGHT + y) * WIDTH + window.x, window.x, frame < FRAMES && (PADDING == 0 || y < HEIGHT));
}

const scale = 1.0 / 255.0;

/// Byte kx of the line; 0 in the padding and where there is no line.
fn valueAt(line: Line, kx: u32) -> f32 {
  let inside = line.exists && (PADDING == 0 || line.x + kx < WIDTH);
  let byte = line.byte + kx;
  let value = (frames[select(0, byte / 4, inside)] >> (8 * (byte % 4))) & 0xff;
  return select(0.0, f32(value) * scale, inside);
}

/// Four successive bytes.
fn valuesAt(line: Line, kx: u32) -> vec4f {
  if (!WHOLE_WORDS) {
    return vec4f(valueAt(line, kx), valueAt(line, kx + 1), valueAt(line, kx + 2), valueAt(line, kx + 3));
  }
  let word = select(0, frames[select(0, (line.byte + kx) / 4, line.exists)], line.exists);
  return vec4f((vec4u(word) >> vec4u(0, 8, 16, 24)) & vec4u(0xff)) * scale;
}

fn weightAt(address: u32) -> vec4f {
  return vec4f(weight[address], weight[address + 1], weight[address + 2], weight[address + 3]);
}

fn store(row: u32, column: u32, value: vec4f) {
  if (row >= BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH) { return; }
  let result = select(value, max(value, vec4f(0)), RELU != 0);
  let address = row * OUTPUTS + column;
  output[address] = result.x;
  if (column + 1 < OUTPUTS) { output[address + 1] = result.y; }
  if (column + 2 < OUTPUTS) { output[address + 2] = result.z; }
  if (column + 3 < OUTPUTS) { output[address + 3] = result.w; }
}

/// A loop bound that the driver cannot see through: `weight` has at least as many elements. Unrolled, the loops take up to ten times as
/// long to compile and run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, arrayLength(&weight));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columnTiles = (OUTPUTS + 3) / 4;
  let column = (id.x % columnTiles) * 4;
  let row = (id.x / columnTiles) * 4;
  if (row >= BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH) { return; }
  let window0 = windowOf(row);
  let window1 = windowOf(row + 1);
  let window2 = windowOf(row + 2);
  let window3 = windowOf(row + 3);

  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  for (var ky = 0u; ky < opaque(KERNEL_HEIGHT); ky++) {
    for (var c = 0u; c < opaque(INPUTS); c++) {
      let line0 = lineOf(window0, ky, c);
      let line1 = lineOf(window1, ky, c);
      let line2 = lineOf(window2, ky, c);
      let line3 = lineOf(window3, ky, c);
      for (var kx = 0u; kx < opaque(KERNEL_WIDTH); kx += 4) {
        let values0 = valuesAt(line0, kx);
        let values1 = valuesAt(line1, kx);
        let values2 = valuesAt(line2, kx);
        let values3 = valuesAt(line3, kx);
        for (var i = 0u; i < opaque(min(4, KERNEL_WIDTH - kx)); i++) {
          let w = weightAt(((ky * KERNEL_WIDTH + kx + i) * INPUTS + c) * OUTPUTS + column);
          sum0 += values0[i] * w;
          sum1 += values1[i] * w;
          sum2 += values2[i] * w;
          sum3 += values3[i] * w;
        }
      }
    }
  }

  // Past the last bias the index is clamped by WebGPU; those columns are not written.
  let b = vec4f(bias[column], bias[column + 1], bias[column + 2], bias[column + 3]);
  store(row, column, sum0 + b);
  store(row + 1, column, sum1 + b);
  store(row + 2, column, sum2 + b);
  store(row + 3, column, sum3 + b);
}
