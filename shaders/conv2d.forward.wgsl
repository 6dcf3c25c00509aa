// conv2d.forward: output[b, oy, ox, n] = bias[n] + sum over ky, kx, c of
//                 input[b, oy * STRIDE + ky - PADDING, ox * STRIDE + kx - PADDING, c] * weight[ky, kx, c, n],
//                 then max(0, .) where RELU is 1. Pixels outside the input are 0.
//   input  [BATCH, HEIGHT, WIDTH, INPUTS]                   f32
//   weight [KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS]   f32
//   bias   [OUTPUTS]                                        f32
//   output [BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS]    f32
// One invocation computes 4 successive pixels x 4 successive output channels in registers. Sums run over ky, kx, c in this order.
// Bounds: pixels past the last one are computed as the last one and channels past OUTPUTS as garbage; neither is written.
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

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

/// Where pixel `row` of the output looks: x, y of its window's corner and the element where its image starts.
struct Window { x: i32, y: i32, image: i32 }

fn windowOf(row: u32) -> Window {
  let pixel = min(row, BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH - 1);
  let line = pixel / OUTPUT_WIDTH;
  let x = i32((pixel % OUTPUT_WIDTH) * STRIDE) - i32(PADDING);
  let y = i32((line % OUTPUT_HEIGHT) * STRIDE) - i32(PADDING);
  return Window(x, y, i32((line / OUTPUT_HEIGHT) * (HEIGHT * WIDTH * INPUTS)));
}

/// Whether the tap lies inside the input. Without padding it always does.
fn inside(window: Window, ky: u32, kx: u32) -> bool {
  return PADDING == 0 || (u32(window.y + i32(ky)) < HEIGHT && u32(window.x + i32(kx)) < WIDTH);
}

/// The element of channel 0 at the tap; 0 outside the input.
fn tapAddress(window: Window, ky: u32, kx: u32) -> u32 {
  let address = window.image + ((window.y + i32(ky)) * i32(WIDTH) + window.x + i32(kx)) * i32(INPUTS);
  return select(0, u32(address), inside(window, ky, kx));
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
    for (var kx = 0u; kx < opaque(KERNEL_WIDTH); kx++) {
      let tap0 = tapAddress(window0, ky, kx);
      let tap1 = tapAddress(window1, ky, kx);
      let tap2 = tapAddress(window2, ky, kx);
      let tap3 = tapAddress(window3, ky, kx);
      let inside0 = inside(window0, ky, kx);
      let inside1 = inside(window1, ky, kx);
      let inside2 = inside(window2, ky, kx);
      let inside3 = inside(window3, ky, kx);
      let tapWeight = (ky * KERNEL_WIDTH + kx) * INPUTS * OUTPUTS + column;
      for (var c = 0u; c < opaque(INPUTS); c++) {
        let w = weightAt(tapWeight + c * OUTPUTS);
        sum0 += select(0.0, input[tap0 + c], inside0) * w;
        sum1 += select(0.0, input[tap1 + c], inside1) * w;
        sum2 += select(0.0, input[tap2 + c], inside2) * w;
        sum3 += select(0.0, input[tap3 + c], inside3) * w;
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
