// linear.forward for subgroups of exactly 8 invocations: same result and layouts as linear.forward.wgsl, there about 5 times as fast.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// A workgroup is one subgroup and computes 16 successive rows x 32 columns; an invocation sums 4 of the columns for all 16 rows.
// Invocations load 2 rows each and share them by subgroupBroadcast (why: conv2d.forward.subgroup8.wgsl). Sums run over k upwards.
// The upper eight rows are left out where the batch has none; one row alone is linear.forward.single8.wgsl.
// Bounds: rows past BATCH are computed as the last one, columns past OUTPUTS as the last ones; neither is written.
enable subgroups;

override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override RELU: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;

/// sum + x (1 x 4) * w (4 x 4), w by rows: w0 holds this invocation's 4 columns of the first row.
fn multiplyAdd(sum: vec4f, x: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  return sum + x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3;
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
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let lowRow = min(row + lane, BATCH - 1) * (INPUTS / 4);
  let highRow = min(row + 8 + lane, BATCH - 1) * (INPUTS / 4);

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
  var weightAddress = readColumn;
  for (var k = 0u; k < opaque(INPUTS / 4); k++) {
    let low = input[lowRow + k];
    let w0 = weight[weightAddress];
    let w1 = weight[weightAddress + OUTPUTS / 4];
    let w2 = weight[weightAddress + OUTPUTS / 2];
    let w3 = weight[weightAddress + OUTPUTS / 4 * 3];
    weightAddress += OUTPUTS;
    sum0 = multiplyAdd(sum0, subgroupBroadcast(low, 0u), w0, w1, w2, w3);
    sum1 = multiplyAdd(sum1, subgroupBroadcast(low, 1u), w0, w1, w2, w3);
    sum2 = multiplyAdd(sum2, subgroupBroadcast(low, 2u), w0, w1, w2, w3);
    sum3 = multiplyAdd(sum3, subgroupBroadcast(low, 3u), w0, w1, w2, w3);
    sum4 = multiplyAdd(sum4, subgroupBroadcast(low, 4u), w0, w1, w2, w3);
    sum5 = multiplyAdd(sum5, subgroupBroadcast(low, 5u), w0, w1, w2, w3);
    sum6 = multiplyAdd(sum6, subgroupBroadcast(low, 6u), w0, w1, w2, w3);
    sum7 = multiplyAdd(sum7, subgroupBroadcast(low, 7u), w0, w1, w2, w3);
    if (BATCH > 8) {
      let high = input[highRow + k];
      sum8 = multiplyAdd(sum8, subgroupBroadcast(high, 0u), w0, w1, w2, w3);
      sum9 = multiplyAdd(sum9, subgroupBroadcast(high, 1u), w0, w1, w2, w3);
      sum10 = multiplyAdd(sum10, subgroupBroadcast(high, 2u), w0, w1, w2, w3);
      sum11 = multiplyAdd(sum11, subgroupBroadcast(high, 3u), w0, w1, w2, w3);
      sum12 = multiplyAdd(sum12, subgroupBroadcast(high, 4u), w0, w1, w2, w3);
      sum13 = multiplyAdd(sum13, subgroupBroadcast(high, 5u), w0, w1, w2, w3);
      sum14 = multiplyAdd(sum14, subgroupBroadcast(high, 6u), w0, w1, w2, w3);
      sum15 = multiplyAdd(sum15, subgroupBroadcast(high, 7u), w0, w1, w2, w3);
    }
  }

  let sums = array(
    sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15,
  );
  if (column < OUTPUTS) {
    let b = bias[readColumn];
    for (var i = 0u; i < min(16, BATCH - row); i++) {
      let value = sums[i] + b;
      output[((row + i) * OUTPUTS + column) / 4] = select(value, max(value, vec4f(0)), RELU != 0);
    }
  }
}
