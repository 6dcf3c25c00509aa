// linear.backwardInput: dInput[b, k] = sum over n of dOutput[b, n] * weight[k, n];
//                       where MASK is 1, times 1 if input[b, k] > 0 and 0 if not (the gradient of the ReLU before)
//   dOutput [BATCH, OUTPUTS], weight [INPUTS, OUTPUTS], input [BATCH, INPUTS] (read only where MASK is 1), dInput [BATCH, INPUTS], f32
// One invocation computes 4 successive rows b x 4 successive columns k in registers. Sums run over n upwards.
// Bounds: rows past BATCH are computed as the last one and columns past INPUTS as garbage; neither is written.
override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override MASK: u32;

@group(0) @binding(0) var<storage, read> dOutput: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> dInput: array<f32>;

fn storeOne(address: u32, value: f32) {
  if (MASK != 0) {
    dInput[address] = select(0.0, value, input[address] > 0.0);
  } else {
    dInput[address] = value;
  }
}

fn store(row: u32, column: u32, value: vec4f) {
  if (row >= BATCH) { return; }
  let address = row * INPUTS + column;
  storeOne(address, value.x);
  if (column + 1 < INPUTS) { storeOne(address + 1, value.y); }
  if (column + 2 < INPUTS) { storeOne(address + 2, value.z); }
  if (column + 3 < INPUTS) { storeOne(address + 3, value.w); }
}

/// A loop bound that the driver cannot see through: `weight` has at least as many elements. Unrolled, the loops take up to ten times as
/// long to compile and run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, arrayLength(&weight));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columnTiles = (INPUTS + 3) / 4;
  let column = (id.x % columnTiles) * 4;
  let row = (id.x / columnTiles) * 4;
  if (row >= BATCH) { return; }
  let gradient0 = row * OUTPUTS;
  let gradient1 = min(row + 1, BATCH - 1) * OUTPUTS;
  let gradient2 = min(row + 2, BATCH - 1) * OUTPUTS;
  let gradient3 = min(row + 3, BATCH - 1) * OUTPUTS;

  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  for (var n = 0u; n < opaque(OUTPUTS); n++) {
    let address = column * OUTPUTS + n;
    let w = vec4f(weight[address], weight[address + OUTPUTS], weight[address + 2 * OUTPUTS], weight[address + 3 * OUTPUTS]);
    sum0 += dOutput[gradient0 + n] * w;
    sum1 += dOutput[gradient1 + n] * w;
    sum2 += dOutput[gradient2 + n] * w;
    sum3 += dOutput[gradient3 + n] * w;
  }
  store(row, column, sum0);
  store(row + 1, column, sum1);
  store(row + 2, column, sum2);
  store(row + 3, column, sum3);
}
