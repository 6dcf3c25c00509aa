// linear.forward: output[b, n] = bias[n] + sum over k of input[b, k] * weight[k, n], then max(0, .) where RELU is 1
//   input [BATCH, INPUTS], weight [INPUTS, OUTPUTS], bias [OUTPUTS], output [BATCH, OUTPUTS], all f32
// One invocation computes 4 successive rows b x 4 successive columns n in registers. Sums run over k upwards.
// Bounds: rows past BATCH are computed as the last one and columns past OUTPUTS as garbage; neither is written.
override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override RELU: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

fn store(row: u32, column: u32, value: vec4f) {
  if (row >= BATCH) { return; }
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
  if (row >= BATCH) { return; }
  let input0 = row * INPUTS;
  let input1 = min(row + 1, BATCH - 1) * INPUTS;
  let input2 = min(row + 2, BATCH - 1) * INPUTS;
  let input3 = min(row + 3, BATCH - 1) * INPUTS;

  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  for (var k = 0u; k < opaque(INPUTS); k++) {
    let address = k * OUTPUTS + column;
    let w = vec4f(weight[address], weight[address + 1], weight[address + 2], weight[address + 3]);
    sum0 += input[input0 + k] * w;
    sum1 += input[input1 + k] * w;
    sum2 += input[input2 + k] * w;
    sum3 += input[input3 + k] * w;
  }

  // Past the last bias the index is clamped by WebGPU; those columns are not written.
  let b = vec4f(bias[column], bias[column + 1], bias[column + 2], bias[column + 3]);
  store(row, column, sum0 + b);
  store(row + 1, column, sum1 + b);
  store(row + 2, column, sum2 + b);
  store(row + 3, column, sum3 + b);
}
