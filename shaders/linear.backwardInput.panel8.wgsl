// linear.backwardInput for subgroups of exactly 8 invocations, by panels: same result and layouts as linear.backwardInput.wgsl.
//   OUTPUTS is a multiple of 4; dOutput and weight are bound as whole vec4s.
// A workgroup is one subgroup and computes 32 rows b, 4 of them an invocation, x COLUMNS successive columns k. The outputs are taken in
// blocks of BLOCK (32, 64, 96 or 128) elements n: a block of the rows' dOutput is put in a panel, and every column then adds its
// products with it to its sums, which lie in dInput between blocks. A column's weights are loaded by the whole subgroup, 4 an
// invocation, and shared by subgroupBroadcast. So a weight is loaded once for 32 rows. Sums run over n upwards.
// Why panels, and why all loads come before the arithmetic: conv2d.forward.panel8.wgsl.
// Bounds: rows past BATCH are computed as the last one and not written; elements past OUTPUTS are read as the last ones and meet zeros
// in the panel.
enable subgroups;

override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override MASK: u32;
override BLOCK: u32;
override COLUMNS: u32;

@group(0) @binding(0) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> dInput: array<f32>;

/// The block's dOutput of this invocation's four rows.
var<private> panel: array<vec4f, 128>;

/// sum + one weight x * its dOutput.
fn term(sum: vec4f, n: u32, x: f32) -> vec4f {
  return sum + x * panel[n];
}

fn fourTerms(sum: vec4f, n: u32, x: vec4f) -> vec4f {
  return term(term(term(term(sum, n, x.x), n + 1, x.y), n + 2, x.z), n + 3, x.w);
}

/// The 32 elements from n on that the invocations hold, four each.
fn allTerms(start: vec4f, n: u32, x: vec4f) -> vec4f {
  var sum = fourTerms(start, n, subgroupBroadcast(x, 0u));
  sum = fourTerms(sum, n + 4, subgroupBroadcast(x, 1u));
  sum = fourTerms(sum, n + 8, subgroupBroadcast(x, 2u));
  sum = fourTerms(sum, n + 12, subgroupBroadcast(x, 3u));
  sum = fourTerms(sum, n + 16, subgroupBroadcast(x, 4u));
  sum = fourTerms(sum, n + 20, subgroupBroadcast(x, 5u));
  sum = fourTerms(sum, n + 24, subgroupBroadcast(x, 6u));
  return fourTerms(sum, n + 28, subgroupBroadcast(x, 7u));
}

/// Where a column finds this invocation's four weights from `element` on, in vec4s.
fn offsetOf(element: u32) -> u32 {
  return min(element, OUTPUTS - 4) / 4;
}

/// A loop bound that the driver cannot see through, so that it does not unroll: `weight` has at least as many elements.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * arrayLength(&weight));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let first = group.x * COLUMNS;
  let end = min(first + COLUMNS, INPUTS);
  let row = group.y * 32 + lane * 4;
  let row0 = min(row, BATCH - 1);
  let row1 = min(row + 1, BATCH - 1);
  let row2 = min(row + 2, BATCH - 1);
  let row3 = min(row + 3, BATCH - 1);
  for (var element = 0u; element < opaque(OUTPUTS); element += BLOCK) {
    for (var n = 0u; n < min(BLOCK, opaque(BLOCK)); n += 4) {
      let known = element + n < OUTPUTS;
      let quad = select(0, element + n, known) / 4;
      let d0 = select(vec4f(0), dOutput[row0 * (OUTPUTS / 4) + quad], known);
      let d1 = select(vec4f(0), dOutput[row1 * (OUTPUTS / 4) + quad], known);
      let d2 = select(vec4f(0), dOutput[row2 * (OUTPUTS / 4) + quad], known);
      let d3 = select(vec4f(0), dOutput[row3 * (OUTPUTS / 4) + quad], known);
      panel[n] = vec4f(d0.x, d1.x, d2.x, d3.x);
      panel[n + 1] = vec4f(d0.y, d1.y, d2.y, d3.y);
      panel[n + 2] = vec4f(d0.z, d1.z, d2.z, d3.z);
      panel[n + 3] = vec4f(d0.w, d1.w, d2.w, d3.w);
    }

    let offset0 = offsetOf(element + 4 * lane);
    let offset1 = offsetOf(element + 32 + 4 * lane);
    let offset2 = offsetOf(element + 64 + 4 * lane);
    let offset3 = offsetOf(element + 96 + 4 * lane);
    let isFirst = element == 0;
    let isLast = element + BLOCK >= OUTPUTS;
    for (var k = first; k < end; k++) {
      let weights = k * (OUTPUTS / 4);
      let place0 = row0 * INPUTS + k;
      let place1 = row1 * INPUTS + k;
      let place2 = row2 * INPUTS + k;
      let place3 = row3 * INPUTS + k;
      let w0 = weight[weights + offset0];
      var w1: vec4f;
      var w2: vec4f;
      var w3: vec4f;
      if (BLOCK > 32) { w1 = weight[weights + offset1]; }
      if (BLOCK > 64) { w2 = weight[weights + offset2]; }
      if (BLOCK > 96) { w3 = weight[weights + offset3]; }
      var sum = vec4f(0);
      if (!isFirst) { sum = vec4f(dInput[place0], dInput[place1], dInput[place2], dInput[place3]); }
      sum = allTerms(sum, 0, w0);
      if (BLOCK > 32) { sum = allTerms(sum, 32, w1); }
      if (BLOCK > 64) { sum = allTerms(sum, 64, w2); }
      if (BLOCK > 96) { sum = allTerms(sum, 96, w3); }
      if (MASK != 0 && isLast) {
        let x = vec4f(input[place0], input[place1], input[place2], input[place3]);
        sum = select(vec4f(0), sum, x > vec4f(0));
      }
      if (row < BATCH) { dInput[place0] = sum.x; }
      if (row + 1 < BATCH) { dInput[place1] = sum.y; }
      if (row + 2 < BATCH) { dInput[place2] = sum.z; }
      if (row + 3 < BATCH) { dInput[place3] = sum.w; }
    }
  }
}
