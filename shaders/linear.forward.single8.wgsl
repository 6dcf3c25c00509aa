// linear.forward of one row, for subgroups of exactly 8 invocations: same result and layouts as linear.forward.wgsl with BATCH 1.
//   INPUTS and OUTPUTS are multiples of 4; weight, bias and output are bound as whole vec4s.
// A workgroup is one subgroup and computes 32 columns; an invocation sums 4 of them over all of k, upwards. Each weight is used once, so
// nothing but its loading counts: four rows of 32 weights a turn, whose inputs the invocations load once, one each, and share by
// subgroupBroadcast. More rows a turn make a loop that is no faster, more workgroups on parts of k hardly pay for adding the parts.
// Bounds: columns past OUTPUTS are computed as the last ones and not written.
enable subgroups;

override INPUTS: u32;
override OUTPUTS: u32;
override RELU: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;

/// A loop bound that the driver cannot see through, so that it does not unroll: there are weights.
fn opaque(bound: u32) -> u32 {
  return select(0, bound, arrayLength(&weight) > 0);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column = group.x * 8 + lane;
  let readColumn = min(column, OUTPUTS / 4 - 1);
  var sum = bias[readColumn];
  for (var k = 0u; k < opaque(INPUTS); k += 4u) {
    let x = input[k + lane % 4];
    let row = k * (OUTPUTS / 4) + readColumn;
    let w0 = weight[row];
    let w1 = weight[row + OUTPUTS / 4];
    let w2 = weight[row + OUTPUTS / 2];
    let w3 = weight[row + OUTPUTS / 4 * 3];
    sum += subgroupBroadcast(x, 0u) * w0;
    sum += subgroupBroadcast(x, 1u) * w1;
    sum += subgroupBroadcast(x, 2u) * w2;
    sum += subgroupBroadcast(x, 3u) * w3;
  }
  if (RELU != 0) { sum = max(sum, vec4f(0)); }
  if (column < OUTPUTS / 4) { output[column] = sum; }
}
