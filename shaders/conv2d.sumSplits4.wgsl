// conv2d.sumSplits for WEIGHTS and OUTPUTS that are multiples of 4: four sums an invocation
//   weightParts [SPLITS, WEIGHTS], biasParts [SPLITS, OUTPUTS], dWeight [WEIGHTS], dBias [OUTPUTS], all f32, bound as whole vec4s
// The same order of summation, so the same bits.
// Bounds: invocations past (WEIGHTS + OUTPUTS) / 4 write nothing.
override SPLITS: u32;
override WEIGHTS: u32;
override OUTPUTS: u32;

@group(0) @binding(0) var<storage, read> weightParts: array<vec4f>;
@group(0) @binding(1) var<storage, read> biasParts: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dBias: array<vec4f>;

/// A loop bound that the driver cannot see through, so that it does not unroll: `weightParts` has at least as many elements.
fn opaque(bound: u32) -> u32 {
  return min(bound, 4 * arrayLength(&weightParts));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = vec4f(0);
  if (id.x < WEIGHTS / 4) {
    for (var split = 0u; split < opaque(SPLITS); split++) { sum += weightParts[split * (WEIGHTS / 4) + id.x]; }
    dWeight[id.x] = sum;
  } else if (id.x < (WEIGHTS + OUTPUTS) / 4) {
    let n = id.x - WEIGHTS / 4;
    for (var split = 0u; split < opaque(SPLITS); split++) { sum += biasParts[split * (OUTPUTS / 4) + n]; }
    dBias[n] = sum;
  }
}
