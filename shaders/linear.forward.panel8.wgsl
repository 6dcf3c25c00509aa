// linear.forward of at most 32 rows for subgroups of exactly 8 invocations, by panels: the sums over blocks of k, which
// linear.sumBlocks.wgsl adds up.   parts[s, n, b] = sum over k of block s of input[b, k] * weight[k, n]
//   input [BATCH, INPUTS], weight [INPUTS, OUTPUTS], parts [blocks, OUTPUTS, 32], all f32; INPUTS is a multiple of 4
// A workgroup is one subgroup and computes a block of BLOCK (32, 64, 96 or 128) elements k for all rows b, 4 of them an invocation, and
// COLUMNS columns n. The rows' inputs are put in a panel; then, column by column, the subgroup loads the block's weights, 4 an
// invocation, and shares them by subgroupBroadcast. So every weight is loaded once. Sums run over k upwards.
// Why panels, and why all loads come before the arithmetic: conv2d.forward.panel8.wgsl.
// Bounds: rows past BATCH are computed as the last one; elements past INPUTS are read as the last ones and meet zeros in the panel.
enable subgroups;

override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override BLOCK: u32;
override COLUMNS: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<vec4f>;

/// The block's inputs of this invocation's four rows.
var<private> panel: array<vec4f, 128>;

/// sum + one weight x * its inputs.
fn term(sum: vec4f, k: u32, x: f32) -> vec4f {
  return sum + x * panel[k];
}

fn fourTerms(sum: vec4f, k: u32, x: vec4f) -> vec4f {
  return term(term(term(term(sum, k, x.x), k + 1, x.y), k + 2, x.z), k + 3, x.w);
}

/// The 32 elements from k on that the invocations hold, four each.
fn allTerms(start: vec4f, k: u32, x: vec4f) -> vec4f {
  var sum = fourTerms(start, k, subgroupBroadcast(x, 0u));
  sum = fourTerms(sum, k + 4, subgroupBroadcast(x, 1u));
  sum = fourTerms(sum, k + 8, subgroupBroadcast(x, 2u));
  sum = fourTerms(sum, k + 12, subgroupBroadcast(x, 3u));
  sum = fourTerms(sum, k + 16, subgroupBroadcast(x, 4u));
  sum = fourTerms(sum, k + 20, subgroupBroadcast(x, 5u));
  sum = fourTerms(sum, k + 24, subgroupBroadcast(x, 6u));
  return fourTerms(sum, k + 28, subgroupBroadcast(x, 7u));
}

/// Four successive weights of a column, from an address on.
fn fourWeights(address: u32) -> vec4f {
  return vec4f(
    weight[address], weight[address + OUTPUTS], weight[address + 2 * OUTPUTS], weight[address + 3 * OUTPUTS],
  );
}

/// Where the first column has this invocation's four weights from `element` on.
fn addressOf(element: u32) -> u32 {
  return min(element, INPUTS - 4) * OUTPUTS;
}

/// A loop bound that the driver cannot see through, so that it does not unroll: `weight` has at least as many elements.
fn opaque(bound: u32) -> u32 {
  return min(bound, arrayLength(&weight));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let block = group.x;
  let element = block * BLOCK;
  let row = lane * 4;
  let row0 = min(row, BATCH - 1) * (INPUTS / 4);
  let row1 = min(row + 1, BATCH - 1) * (INPUTS / 4);
  let row2 = min(row + 2, BATCH - 1) * (INPUTS / 4);
  let row3 = min(row + 3, BATCH - 1) * (INPUTS / 4);
  for (var k = 0u; k < min(BLOCK, opaque(BLOCK)); k += 4) {
    let known = element + k < INPUTS;
    let quad = select(0, element + k, known) / 4;
    let x0 = select(vec4f(0), input[row0 + quad], known);
    let x1 = select(vec4f(0), input[row1 + quad], known);
    let x2 = select(vec4f(0), input[row2 + quad], known);
    let x3 = select(vec4f(0), input[row3 + quad], known);
    panel[k] = vec4f(x0.x, x1.x, x2.x, x3.x);
    panel[k + 1] = vec4f(x0.y, x1.y, x2.y, x3.y);
    panel[k + 2] = vec4f(x0.z, x1.z, x2.z, x3.z);
    panel[k + 3] = vec4f(x0.w, x1.w, x2.w, x3.w);
  }

  let address0 = addressOf(element + 4 * lane);
  let address1 = addressOf(element + 32 + 4 * lane);
  let address2 = addressOf(element + 64 + 4 * lane);
  let address3 = addressOf(element + 96 + 4 * lane);
  let first = group.y * COLUMNS;
  for (var n = first; n < min(first + COLUMNS, OUTPUTS); n++) {
    let w0 = fourWeights(address0 + n);
    var w1: vec4f;
    var w2: vec4f;
    var w3: vec4f;
    if (BLOCK > 32) { w1 = fourWeights(address1 + n); }
    if (BLOCK > 64) { w2 = fourWeights(address2 + n); }
    if (BLOCK > 96) { w3 = fourWeights(address3 + n); }
    var sum = allTerms(vec4f(0), 0, w0);
    if (BLOCK > 32) { sum = allTerms(sum, 32, w1); }
    if (BLOCK > 64) { sum = allTerms(sum, 64, w2); }
    if (BLOCK > 96) { sum = allTerms(sum, 96, w3); }
    parts[(block * OUTPUTS + n) * 8 + lane] = sum;
  }
}
