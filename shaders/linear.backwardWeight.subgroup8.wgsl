// linear.backwardWeight for subgroups of exactly 8 invocations: same result and layouts as linear.backwardWeight.wgsl.
//   INPUTS and OUTPUTS are multiples of 4; tensors are bound as whole vec4s.
// A workgroup is one subgroup and computes 16 successive rows k x 32 columns n; an invocation sums 4 of the columns for all 16 rows.
// Per 4 samples of the batch, invocations load 2 x 4 inputs each (invocation l: rows 4 * (l % 4) and up, samples l / 4 and l / 4 + 2)
// and share them by subgroupBroadcast (why: conv2d.forward.subgroup8.wgsl). Sums run over b, in fours.
// Bounds: rows past INPUTS and columns past OUTPUTS are computed as the last ones but not written; samples past BATCH add 0.
enable subgroups;

override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dBias: array<vec4f>;

fn inputAt(sample: u32, quad: u32) -> vec4f {
  return input[min(sample, BATCH - 1) * (INPUTS / 4) + quad];
}

fn gradientAt(sample: u32, column: u32) -> vec4f {
  let gradient = dOutput[min(sample, BATCH - 1) * (OUTPUTS / 4) + column];
  return select(vec4f(0), gradient, sample < BATCH);
}

/// A loop bound that the driver cannot see through: `dOutput` has at least as many elements. Unrolled, the loops compile for longer and
/// run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * arrayLength(&dOutput));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.x * 16;
  let column = group.y * 32 + lane * 4;
  let readColumn = min(column, OUTPUTS - 4) / 4;
  let quad = min(row / 4 + lane % 4, INPUTS / 4 - 1);

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
  var biasSum = vec4f(0);
  var x0: vec4f;
  var x1: vec4f;
  var x2: vec4f;
  var x3: vec4f;
  for (var b = 0u; b < opaque(BATCH); b += 4) {
    let low = inputAt(b + lane / 4, quad);
    let high = inputAt(b + 2 + lane / 4, quad);
    let d0 = gradientAt(b, readColumn);
    let d1 = gradientAt(b + 1, readColumn);
    let d2 = gradientAt(b + 2, readColumn);
    let d3 = gradientAt(b + 3, readColumn);
    biasSum += d0 + d1 + d2 + d3;
    x0 = subgroupBroadcast(low, 0u);
    x1 = subgroupBroadcast(low, 4u);
    x2 = subgroupBroadcast(high, 0u);
    x3 = subgroupBroadcast(high, 4u);
    sum0 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum1 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum2 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum3 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    x0 = subgroupBroadcast(low, 1u);
    x1 = subgroupBroadcast(low, 5u);
    x2 = subgroupBroadcast(high, 1u);
    x3 = subgroupBroadcast(high, 5u);
    sum4 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum5 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum6 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum7 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    x0 = subgroupBroadcast(low, 2u);
    x1 = subgroupBroadcast(low, 6u);
    x2 = subgroupBroadcast(high, 2u);
    x3 = subgroupBroadcast(high, 6u);
    sum8 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum9 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum10 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum11 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
    x0 = subgroupBroadcast(low, 3u);
    x1 = subgroupBroadcast(low, 7u);
    x2 = subgroupBroadcast(high, 3u);
    x3 = subgroupBroadcast(high, 7u);
    sum12 += x0.x * d0 + x1.x * d1 + x2.x * d2 + x3.x * d3;
    sum13 += x0.y * d0 + x1.y * d1 + x2.y * d2 + x3.y * d3;
    sum14 += x0.z * d0 + x1.z * d1 + x2.z * d2 + x3.z * d3;
    sum15 += x0.w * d0 + x1.w * d1 + x2.w * d2 + x3.w * d3;
  }

  let sums = array(
    sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15,
  );
  if (column < OUTPUTS) {
    for (var i = 0u; i < min(16, INPUTS - row); i++) { dWeight[((row + i) * OUTPUTS + column) / 4] = sums[i]; }
    if (row == 0) { dBias[column / 4] = biasSum; }
  }
}
