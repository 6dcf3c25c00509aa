// linear.backwardWeight and the optimiser's step of the layer's weights in one, for batches of up to 32 and subgroups of exactly 8
// invocations: dWeight = transpose(input) * dOutput is stepped with as soon as it is summed, and neither stored nor loaded.
//   input [BATCH, INPUTS], dOutput [BATCH, OUTPUTS], dBias [OUTPUTS]; weight, first, second [INPUTS, OUTPUTS]: the optimiser's states
//   OUTPUTS is a multiple of 4; all but the input are bound as whole vec4s.
// Each element's arithmetic is that of linear.backwardWeight.panel8.wgsl and then of the optimiser's own shader, which says what the
// constants, the states and the rates are: same bits.
//   OPTIMISER 0: rmsprop.step.wgsl, 1: rmsprop.centredStep.wgsl, 2: adam.step.wgsl
// A workgroup is one subgroup and steps ROWS successive rows k x 4 tiles of 32 columns n, 4 of them an invocation; workgroups of the
// same rows follow one another, so that all of a row's weights are met at about the same time. The dOutput of all samples is put in a panel; a row's inputs are loaded by the whole subgroup, 4 an invocation, and shared by subgroupBroadcast.
// Bounds: columns past OUTPUTS are computed as the last ones and not written; samples past BATCH are read as the last one and meet
// zeros in the panel.
enable subgroups;

override BATCH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override ROWS: u32;
override OPTIMISER: u32;
override DECAY: f32 = 0.0;
override ONE_MINUS_DECAY: f32 = 0.0;
override MOMENTUM: f32 = 0.0;
override BETA1: f32 = 0.0;
override ONE_MINUS_BETA1: f32 = 0.0;
override BETA2: f32 = 0.0;
override ONE_MINUS_BETA2: f32 = 0.0;
override EPSILON: f32;
override WEIGHT_COST: f32;

struct Rates {
  /// Adam's step size.
  learningRate: f32,
  /// Adam's alone.
  inverseSqrtCorrection: f32,
}

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dBias: array<vec4f>;
@group(0) @binding(3) var<uniform> rates: Rates;
@group(0) @binding(4) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> second: array<vec4f>;

const TILES = 4u;
/// Samples that the panel has room for.
const BLOCK = 32u;

/// The dOutput of this invocation's four columns of each tile, tile by tile.
var<private> panel: array<vec4f, TILES * BLOCK>;

/// sum + one input x * its dOutput.
fn term(sum: vec4f, i: u32, x: f32) -> vec4f {
  return sum + x * panel[i];
}

fn fourTerms(sum: vec4f, i: u32, x: vec4f) -> vec4f {
  return term(term(term(term(sum, i, x.x), i + 1, x.y), i + 2, x.z), i + 3, x.w);
}

/// The gradient of four weights, from the 32 samples that the invocations hold, four each; the panel has them from i on.
fn gradient(i: u32, x: vec4f) -> vec4f {
  var sum = fourTerms(vec4f(0), i, subgroupBroadcast(x, 0u));
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

/// Steps four weights and their states, given their gradient.
fn step(i: u32, gradient: vec4f) {
  let w = weight[i];
  let oldFirst = first[i];
  let oldSecond = second[i];
  let g = gradient + WEIGHT_COST * w;
  var stepped: vec4f;
  var newFirst: vec4f;
  var newSecond: vec4f;
  if (OPTIMISER == 0) {
    newFirst = DECAY * oldFirst + ONE_MINUS_DECAY * g * g;
    newSecond = MOMENTUM * oldSecond + g / (sqrt(newFirst) + EPSILON);
    stepped = w - rates.learningRate * newSecond;
  } else if (OPTIMISER == 1) {
    newFirst = DECAY * oldFirst + ONE_MINUS_DECAY * g;
    newSecond = DECAY * oldSecond + ONE_MINUS_DECAY * g * g;
    let variance = max(newSecond - newFirst * newFirst, vec4f(0));
    stepped = w - rates.learningRate * g / sqrt(variance + EPSILON);
  } else {
    newFirst = BETA1 * oldFirst + ONE_MINUS_BETA1 * g;
    newSecond = BETA2 * oldSecond + ONE_MINUS_BETA2 * g * g;
    stepped = w - rates.learningRate * newFirst / (sqrt(newSecond) * rates.inverseSqrtCorrection + EPSILON);
  }
  weight[i] = stepped;
  first[i] = newFirst;
  second[i] = newSecond;
}

/// A loop bound that the driver cannot see through, so that it does not unroll: with `min` it does, and compiles six times as long.
fn opaque(bound: u32) -> u32 {
  return select(0, bound, arrayLength(&dOutput) > 0);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let firstRow = group.y * ROWS;
  let column = group.x * (32 * TILES) + lane * 4;
  for (var tile = 0u; tile < opaque(TILES); tile++) {
    let tileColumn = column + 32 * tile;
    let quad = min(tileColumn, OUTPUTS - 4) / 4;
    var biasSum = vec4f(0);
    for (var sample = 0u; sample < opaque(BLOCK); sample++) {
      let known = sample < BATCH;
      let gradient = dOutput[select(0, sample, known) * (OUTPUTS / 4) + quad];
      panel[tile * BLOCK + sample] = select(vec4f(0), gradient, known);
      biasSum += panel[tile * BLOCK + sample];
    }
    if (firstRow == 0 && tileColumn < OUTPUTS) { dBias[quad] = biasSum; }
  }

  for (var k = firstRow; k < min(firstRow + ROWS, INPUTS); k++) {
    let x = fourInputs(4 * lane, k);
    let sum0 = gradient(0, x);
    let sum1 = gradient(BLOCK, x);
    let sum2 = gradient(2 * BLOCK, x);
    let sum3 = gradient(3 * BLOCK, x);
    // A loop, since four copies of `step` compile for twice as long.
    for (var tile = 0u; tile < opaque(TILES); tile++) {
      let sum = select(select(sum0, sum1, tile == 1), select(sum2, sum3, tile == 3), tile > 1);
      let tileColumn = column + 32 * tile;
      if (OUTPUTS % (32 * TILES) == 0 || tileColumn < OUTPUTS) { step((k * OUTPUTS + tileColumn) / 4, sum); }
    }
  }
}
