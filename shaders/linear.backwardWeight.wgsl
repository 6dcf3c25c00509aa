// linear.backwardWeight: dWeight[k, n] = sum over b of input[b, k] * dOutput[b, n];  dBias[n] = sum over b of dOutput[b, n]
//   input [BATCH, INPUTS], dOutput [BATCH, OUTPUTS], dWeight [INPUTS, OUTPUTS], dBias [OUTPUTS], all f32
// One invocation computes 4 successive rows k x 4 successive columns n in registers. Sums run over b upwards.
// Bounds: rows past INPUTS are computed as the last one and columns past OUTPUTS as garbage; neither is written.
override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> dOutput: array<f32>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<f32>;
@group(0) @binding(3) var<storage, read_write> dBias: array<f32>;

fn storeOne(address: u32, column: u32, value: f32) {
  if (column < OUTPUTS) { dWeight[address] = value; }
}

fn store(row: u32, column: u32, value: vec4f) {
  if (row >= INPUTS) { return; }
  let address = row * OUTPUTS + column;
  storeOne(address, column, value.x);
  storeOne(address + 1, column + 1, value.y);
  storeOne(address + 2, column + 2, value.z);
  storeOne(address + 3, column + 3, value.w);
}

fn storeBias(column: u32, value: f32) {
  if (column < OUTPUTS) { dBias[column] = value; }
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
  if (row >= INPUTS) { return; }
  let row1 = min(row + 1, INPUTS - 1);
  let row2 = min(row + 2, INPUTS - 1);
  let row3 = min(row + 3, INPUTS - 1);

  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  var biasSum = vec4f(0);
  for (var b = 0u; b < opaque(BATCH); b++) {
    let address = b * OUTPUTS + column;
    let d = vec4f(dOutput[address], dOutput[address + 1], dOutput[address + 2], dOutput[address + 3]);
    let inputs = b * INPUTS;
    sum0 += input[inputs + row] * d;
    sum1 += input[inputs + row1] * d;
    sum2 += input[inputs + row2] * d;
    sum3 += input[inputs + row3] * d;
    biasSum += d;
  }

  store(row, column, sum0);
  store(row + 1, column, sum1);
  store(row + 2, column, sum2);
  store(row + 3, column, sum3);
  if (row == 0) {
    storeBias(column, biasSum.x);
    storeBias(column + 1, biasSum.y);
    storeBias(column + 2, biasSum.z);
    storeBias(column + 3, biasSum.w);
  }
}
