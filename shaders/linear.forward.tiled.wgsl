// linear.forward for GPUs, where there are few rows (acting) or few columns (the actions): same result and layouts as linear.forward.wgsl.
//   weight, weight4 and weightHalves are one tensor, f32 or with HALF f16, of which the views that suit the type are read
// A workgroup computes LANES * 4 columns of one row: workgroups along x are columns, along y rows. Its 256 invocations are LANES x
// 256 / LANES slices (LANES is a power of two); an invocation sums 4 columns over every (256 / LANES)th k, in fours of which the loads
// are under way together. The slices are added pairwise through workgroup memory: the same order every time.
// Bounds: columns past OUTPUTS are computed as garbage and not written; terms past INPUTS are 0.
override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override RELU: u32;
override LANES: u32;
override HALF: u32;

override SLICES: u32 = 256 / LANES;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> weight4: array<vec4f>;
@group(0) @binding(3) var<storage, read> weightHalves: array<vec2u>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> output: array<f32>;

var<workgroup> sums: array<vec4f, 256>;

/// An element of a weight stored as f16.
fn halfAt(address: u32) -> f32 {
  return unpack2x16float(weightHalves[address / 4][address / 2 % 2])[address % 2];
}

/// Four successive ones, from a multiple of four on.
fn halvesAt(address: u32) -> vec4f {
  let words = weightHalves[address / 4];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}

/// Four successive weights.
fn weightsAt(address: u32) -> vec4f {
  if (HALF != 0 && OUTPUTS % 4 == 0) { return halvesAt(address); }
  if (HALF != 0) { return vec4f(halfAt(address), halfAt(address + 1), halfAt(address + 2), halfAt(address + 3)); }
  if (OUTPUTS % 4 == 0) { return weight4[address / 4]; }
  return vec4f(weight[address], weight[address + 1], weight[address + 2], weight[address + 3]);
}

fn term(row: u32, k: u32, column: u32) -> vec4f {
  if (k >= INPUTS || column >= OUTPUTS) { return vec4f(0); }
  return input[row * INPUTS + k] * weightsAt(k * OUTPUTS + column);
}

fn storeOne(row: u32, column: u32, sum: f32) {
  if (column >= OUTPUTS) { return; }
  let value = sum + bias[column];
  output[row * OUTPUTS + column] = select(value, max(value, 0.0), RELU != 0);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let row = group.y;
  let column = (group.x * LANES + index % LANES) * 4;
  let slice = index / LANES;
  var sum = vec4f(0);
  for (var k = slice; k < INPUTS; k += 4 * SLICES) {
    let near = term(row, k, column) + term(row, k + SLICES, column);
    sum += near + (term(row, k + 2 * SLICES, column) + term(row, k + 3 * SLICES, column));
  }
  sums[index] = sum;
  for (var half = SLICES / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (slice < half) { sums[index] += sums[index + half * LANES]; }
  }
  if (slice == 0) {
    let total = sums[index];
    storeOne(row, column, total.x);
    storeOne(row, column + 1, total.y);
    storeOne(row, column + 2, total.z);
    storeOne(row, column + 3, total.w);
  }
}
