// conv2d.sumSplits: dWeight[i] = sum over s of weightParts[s, i];  dBias[n] = sum over s of biasParts[s, n]
//   weightParts [SPLITS, WEIGHTS], biasParts [SPLITS, OUTPUTS], dWeight [WEIGHTS], dBias [OUTPUTS], all f32
// One invocation computes one element of dWeight, or, past those, of dBias. Sums run over s upwards: the same order every time.
// Bounds: invocations past WEIGHTS + OUTPUTS write nothing.
override SPLITS: u32;
override WEIGHTS: u32;
override OUTPUTS: u32;

@group(0) @binding(0) var<storage, read> weightParts: array<f32>;
@group(0) @binding(1) var<storage, read> biasParts: array<f32>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<f32>;
@group(0) @binding(3) var<storage, read_write> dBias: array<f32>;

/// A loop bound that the driver cannot see through, so that it does not unroll: `weightParts` has at least as many elements.
fn opaque(bound: u32) -> u32 {
  return min(bound, arrayLength(&weightParts));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  if (id.x < WEIGHTS) {
    for (var split = 0u; split < opaque(SPLITS); split++) { sum += weightParts[split * WEIGHTS + id.x]; }
    dWeight[id.x] = sum;
  } else if (id.x < WEIGHTS + OUTPUTS) {
    let n = id.x - WEIGHTS;
    for (var split = 0u; split < opaque(SPLITS); split++) { sum += biasParts[split * OUTPUTS + n]; }
    dBias[n] = sum;
  }
}
