// conv2d.sumSplits for GPUs: dWeight[i] = sum over s of weightParts[s, i];  dBias[n] = sum over s of biasParts[s, n]
//   weightParts [SPLITS, WEIGHTS], biasParts [SPLITS, OUTPUTS], dWeight [WEIGHTS], dBias [OUTPUTS], all f32
// One invocation computes one element of dWeight, or, past those, of dBias. Sums run over s, in eights of which the loads are under way
// together, where conv2d.sumSplits waits for each: the same order every time.
// Bounds: invocations past WEIGHTS + OUTPUTS write nothing.
override SPLITS: u32;
override WEIGHTS: u32;
override OUTPUTS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> weightParts: array<f32>;
@group(0) @binding(1) var<storage, read> biasParts: array<f32>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<f32>;
@group(0) @binding(3) var<storage, read_write> dBias: array<f32>;

fn part(split: u32, element: u32) -> f32 {
  if (split >= SPLITS) { return 0; }
  if (element < WEIGHTS) { return weightParts[split * WEIGHTS + element]; }
  return biasParts[split * OUTPUTS + element - WEIGHTS];
}

fn fourParts(split: u32, element: u32) -> f32 {
  return (part(split, element) + part(split + 1, element)) + (part(split + 2, element) + part(split + 3, element));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.x + id.y * groups.x * WORKGROUP;
  if (element >= WEIGHTS + OUTPUTS) { return; }
  var sum = 0.0;
  for (var split = 0u; split < SPLITS; split += 8) {
    sum += fourParts(split, element) + fourParts(split + 4, element);
  }
  if (element < WEIGHTS) {
    dWeight[element] = sum;
  } else {
    dBias[element - WEIGHTS] = sum;
  }
}
