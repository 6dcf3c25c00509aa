// linear.backwardWeight for subgroups of exactly 8 invocations, by panels: same result and layouts as linear.backwardWeight.wgsl.
//   OUTPUTS is a multiple of 4; all but the input are bound as whole vec4s.
// A workgroup is one subgroup and computes ROWS successive rows k x TILES (4 or 2) tiles of 32 columns n, 4 of them an invocation.
// The batch is taken in blocks of 128 / TILES samples b: a block's dOutput of all columns is put in a panel, and every row then adds its
// products with it to its sums, which lie in dWeight between blocks. A row's inputs are loaded by the whole subgroup, 4 an invocation,
// once for all tiles, and shared by subgroupBroadcast. Sums run over b upwards.
// Why panels, and why all loads come before the arithmetic: conv2d.forward.panel8.wgsl.
// Bounds: columns past OUTPUTS are computed as the last ones and not written; samples past BATCH are read as the last one and meet
// zeros in the panel.
enable subgroups;

override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override TILES: u32;
override ROWS: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dBias: array<vec4f>;

/// Samples of a block.
override BLOCK: u32 = 128 / TILES;

/// The block's dOutput of this invocation's four columns of each tile, tile by tile.
var<private> panel: array<vec4f, 128>;

/// sum + one input x * its dOutput.
fn term(sum: vec4f, i: u32, x: f32) -> vec4f {
  return sum + x * panel[i];
}

fn fourTerms(sum: vec4f, i: u32, x: vec4f) -> vec4f {
  return term(term(term(term(sum, i, x.x), i + 1, x.y), i + 2, x.z), i + 3, x.w);
}

/// The 32 samples that the invocations hold, four each; the panel has them from i on.
fn allTerms(start: vec4f, i: u32, x: vec4f) -> vec4f {
  var sum = fourTerms(start, i, subgroupBroadcast(x, 0u));
  sum = fourTerms(sum, i + 4, subgroupBroadcast(x, 1u));
  sum = fourTerms(sum, i + 8, subgroupBroadcast(x, 2u));
  sum = fourTerms(sum, i + 12, subgroupBroadcast(x, 3u));
  sum = fourTerms(sum, i + 16, subgroupBroadcast(x, 4u));
  sum = fourTerms(sum, i + 20, subgroupBroadcast(x, 5u));
  sum = fourTerms(sum, i + 24, subgroupBroadcast(x, 6u));
  return fourTerms(sum, i + 28, subgroupBroadcast(x, 7u));
}

/// Row k's inputs of four successive samples.
fn fourInputs(sample: u32, k: u32) -> vec4f {
  return vec4f(
    input[min(sample, BATCH - 1) * INPUTS + k],
    input[min(sample + 1, BATCH - 1) * INPUTS + k],
    input[min(sample + 2, BATCH - 1) * INPUTS + k],
    input[min(sample + 3, BATCH - 1) * INPUTS + k],
  );
}

/// What dWeight holds of the blocks before. Columns past OUTPUTS read another row: they are not written.
fn sumSoFar(isFirst: bool, row: u32, column: u32) -> vec4f {
  var sum = vec4f(0);
  if (BATCH > BLOCK && !isFirst) { sum = dWeight[(row * OUTPUTS + column) / 4]; }
  return sum;
}

fn store(row: u32, column: u32, sum: vec4f) {
  if (OUTPUTS % (32 * TILES) == 0 || column < OUTPUTS) { dWeight[(row * OUTPUTS + column) / 4] = sum; }
}

/// A loop bound that the driver cannot see through, so that it does not unroll: `dOutput` has as many elements as are read.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * arrayLength(&dOutput));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let first = group.x * ROWS;
  let end = min(first + ROWS, INPUTS);
  let column = group.y * (32 * TILES) + lane * 4;
  for (var sample = 0u; sample < opaque(BATCH); sample += BLOCK) {
    let isFirst = sample == 0;
    for (var tile = 0u; tile < opaque(TILES); tile++) {
      let tileColumn = column + 32 * tile;
      let quad = min(tileColumn, OUTPUTS - 4) / 4;
      var biasSum = vec4f(0);
      if (first == 0 && !isFirst) { biasSum = dBias[quad]; }
      for (var i = 0u; i < min(BLOCK, opaque(BLOCK)); i++) {
        let known = sample + i < BATCH;
        let gradient = dOutput[select(0, sample + i, known) * (OUTPUTS / 4) + quad];
        panel[tile * BLOCK + i] = select(vec4f(0), gradient, known);
        biasSum += panel[tile * BLOCK + i];
      }
      if (first == 0 && tileColumn < OUTPUTS) { dBias[quad] = biasSum; }
    }

    for (var k = first; k < end; k++) {
      let x0 = fourInputs(sample + 4 * lane, k);
      var sum0 = sumSoFar(isFirst, k, column);
      var sum1 = sumSoFar(isFirst, k, column + 32);
      var sum2: vec4f;
      var sum3: vec4f;
      if (TILES == 2) {
        let x1 = fourInputs(sample + 32 + 4 * lane, k);
        sum0 = allTerms(allTerms(sum0, 0, x0), 32, x1);
        sum1 = allTerms(allTerms(sum1, 64, x0), 96, x1);
      } else {
        sum2 = sumSoFar(isFirst, k, column + 64);
        sum3 = sumSoFar(isFirst, k, column + 96);
        sum0 = allTerms(sum0, 0, x0);
        sum1 = allTerms(sum1, 32, x0);
        sum2 = allTerms(sum2, 64, x0);
        sum3 = allTerms(sum3, 96, x0);
      }
      store(k, column, sum0);
      store(k, column + 32, sum1);
      if (TILES == 4) {
        store(k, column + 64, sum2);
        store(k, column + 96, sum3);
      }
    }
  }
}
