// conv2d.backwardWeight: dWeight[ky, kx, c, n] = sum over b, oy, ox of
//                        input[b, oy * STRIDE + ky - PADDING, ox * STRIDE + kx - PADDING, c] * dOutput[b, oy, ox, n]
//                        dBias[n] = sum over b, oy, ox of dOutput[b, oy, ox, n]
//   input   [BATCH, HEIGHT, WIDTH, INPUTS]                            f32
//   dOutput [BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS]             f32
//   dWeight [SPLITS, KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS]    f32
//   dBias   [SPLITS, OUTPUTS]                                         f32
// Workgroups along z are the SPLITS: each sums an equal run of the BATCH * OUTPUT_HEIGHT lines of the output. With more than one, the
// results are partial sums, and conv2d.sumSplits adds them up.
// One invocation computes 4 successive rows (ky, kx, c flattened) x 4 successive columns n. Sums run over b, oy, ox in this order.
// Bounds: rows past the last one are computed as the last one, columns past OUTPUTS as garbage; neither is written.
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
override SPLITS: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> dOutput: array<f32>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<f32>;
@group(0) @binding(3) var<storage, read_write> dBias: array<f32>;

/// A row of the weight matrix: its place in the kernel and its channel.
struct Tap { kx: u32, ky: u32, channel: u32 }

fn tapOf(row: u32) -> Tap {
  let clamped = min(row, KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS - 1);
  let place = clamped / INPUTS;
  return Tap(place % KERNEL_WIDTH, place / KERNEL_WIDTH, clamped % INPUTS);
}

/// The input that the tap meets at output pixel (line, ox); 0 in the padding.
fn inputAt(tap: Tap, image: u32, oy: u32, ox: u32) -> f32 {
  let y = oy * STRIDE + tap.ky - PADDING;
  let x = ox * STRIDE + tap.kx - PADDING;
  // Left of and above the input the unsigned coordinates wrap to large ones.
  let inside = PADDING == 0 || (y < HEIGHT && x < WIDTH);
  let address = ((image * HEIGHT + y) * WIDTH + x) * INPUTS + tap.channel;
  return select(0.0, input[select(0, address, inside)], inside);
}

fn storeOne(address: u32, column: u32, value: f32) {
  if (column < OUTPUTS) { dWeight[address] = value; }
}

fn store(split: u32, row: u32, column: u32, value: vec4f) {
  let rows = KERNEL_HEIGHT * KERNEL_WIDTH * INPUTS;
  if (row >= rows) { return; }
  let address = (split * rows + row) * OUTPUTS + column;
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

  let linesOfSplit = (BATCH * OUTPUT_HEIGHT + SPLITS - 1) / SPLITS;
  let lineEnd = min((id.z + 1) * linesOfSplit, BATCH * OUTPUT_HEIGHT);
  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  var biasSum = vec4f(0);
  for (var line = id.z * linesOfSplit; line < lineEnd; line++) {
    let image = line / OUTPUT_HEIGHT;
    let oy = line % OUTPUT_HEIGHT;
    for (var ox = 0u; ox < opaque(OUTPUT_WIDTH); ox++) {
      let address = (line * OUTPUT_WIDTH + ox) * OUTPUTS + column;
      let d = vec4f(dOutput[address], dOutput[address + 1], dOutput[address + 2], dOutput[address + 3]);
      sum0 += inputAt(tap0, image, oy, ox) * d;
      sum1 += inputAt(tap1, image, oy, ox) * d;
      sum2 += inputAt(tap2, image, oy, ox) * d;
      sum3 += inputAt(tap3, image, oy, ox) * d;
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
