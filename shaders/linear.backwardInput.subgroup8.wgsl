// linear.backwardInput for subgroups of exactly 8 invocations: same result and layouts as linear.backwardInput.wgsl.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// A workgroup is one subgroup and computes 16 successive rows b x 32 columns k; an invocation sums 4 of the columns for all 16 rows.
// Invocations load 2 rows each and share them by subgroupBroadcast (why: conv2d.forward.subgroup8.wgsl). Sums run over n upwards.
// Bounds: rows past BATCH are computed as the last one, columns past INPUTS as the last ones; neither is written.
enable subgroups;

override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override MASK: u32;

@group(0) @binding(0) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> input: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dInput: array<vec4f>;

/// sum + x (1 x 4) * w (4 x 4), w by columns: w0 holds 4 terms of this invocation's first column.
fn multiplyAdd(sum: vec4f, x: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  var result = sum + x.x * vec4f(w0.x, w1.x, w2.x, w3.x);
  result += x.y * vec4f(w0.y, w1.y, w2.y, w3.y);
  result += x.z * vec4f(w0.z, w1.z, w2.z, w3.z);
  return result + x.w * vec4f(w0.w, w1.w, w2.w, w3.w);
}

fn store(address: u32, value: vec4f) {
  if (MASK != 0) {
    dInput[address] = select(vec4f(0), value, input[address] > vec4f(0));
  } else {
    dInput[address] = value;
  }
}

/// A loop bound that the driver cannot see through: `weight` has at least as many elements. Unrolled, the loops compile for longer and
/// run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * arrayLength(&weight));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.x * 16;
  let column = group.y * 32 + lane * 4;
  let lowRow = min(row + lane, BATCH - 1) * (OUTPUTS / 4);
  let highRow = min(row + 8 + lane, BATCH - 1) * (OUTPUTS / 4);
  let weightRow = min(column, INPUTS - 4) * (OUTPUTS / 4);

  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  var sum4 = vec4f(0);
  var sum5 = vec4f(0);
  var sum6 = vec4f(0);
  var sum7 = vec4f(0);
  var sum8 = vec4f(0);
  var sum9 = vec4f(0);
  var sum10 = vec4f(0);
  var sum11 = vec4f(0);
  var sum12 = vec4f(0);
  var sum13 = vec4f(0);
  var sum14 = vec4f(0);
  var sum15 = vec4f(0);
  for (var n = 0u; n < opaque(OUTPUTS / 4); n++) {
    let low = dOutput[lowRow + n];
    let high = dOutput[highRow + n];
    let w0 = weight[weightRow + n];
    let w1 = weight[weightRow + OUTPUTS / 4 + n];
    let w2 = weight[weightRow + OUTPUTS / 2 + n];
    let w3 = weight[weightRow + OUTPUTS / 4 * 3 + n];
    sum0 = multiplyAdd(sum0, subgroupBroadcast(low, 0u), w0, w1, w2, w3);
    sum1 = multiplyAdd(sum1, subgroupBroadcast(low, 1u), w0, w1, w2, w3);
    sum2 = multiplyAdd(sum2, subgroupBroadcast(low, 2u), w0, w1, w2, w3);
    sum3 = multiplyAdd(sum3, subgroupBroadcast(low, 3u), w0, w1, w2, w3);
    sum4 = multiplyAdd(sum4, subgroupBroadcast(low, 4u), w0, w1, w2, w3);
    sum5 = multiplyAdd(sum5, subgroupBroadcast(low, 5u), w0, w1, w2, w3);
    sum6 = multiplyAdd(sum6, subgroupBroadcast(low, 6u), w0, w1, w2, w3);
    sum7 = multiplyAdd(sum7, subgroupBroadcast(low, 7u), w0, w1, w2, w3);
    sum8 = multiplyAdd(sum8, subgroupBroadcast(high, 0u), w0, w1, w2, w3);
    sum9 = multiplyAdd(sum9, subgroupBroadcast(high, 1u), w0, w1, w2, w3);
    sum10 = multiplyAdd(sum10, subgroupBroadcast(high, 2u), w0, w1, w2, w3);
    sum11 = multiplyAdd(sum11, subgroupBroadcast(high, 3u), w0, w1, w2, w3);
    sum12 = multiplyAdd(sum12, subgroupBroadcast(high, 4u), w0, w1, w2, w3);
    sum13 = multiplyAdd(sum13, subgroupBroadcast(high, 5u), w0, w1, w2, w3);
    sum14 = multiplyAdd(sum14, subgroupBroadcast(high, 6u), w0, w1, w2, w3);
    sum15 = multiplyAdd(sum15, subgroupBroadcast(high, 7u), w0, w1, w2, w3);
  }

  let sums = array(
    sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15,
  );
  if (column < INPUTS) {
    for (var i = 0u; i < min(16, BATCH - row); i++) { store(((row + i) * INPUTS + column) / 4, sums[i]); }
  }
}
