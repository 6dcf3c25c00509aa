// conv2d.addSplits, the second pass of conv2d.forward.tiled and conv2d.backwardInput.tiled where these split their sums:
//   output[i] = sum over s of parts[s, i], plus bias[i % COLUMNS] where BIAS is 1, then max(0, .) where RELU is 1;
//   where MASK is 1, times 1 if mask[i] > 0 and 0 if not (the gradient of the ReLU before)
//   parts [SPLITS, ELEMENTS], bias [COLUMNS], mask [ELEMENTS], output [ELEMENTS], all f32; bias and mask are read only where asked for
// One invocation computes one element. Sums run over s, in eights of which the loads are under way together: the same order every time.
// Bounds: invocations past ELEMENTS write nothing.
override SPLITS: u32;
override ELEMENTS: u32;
override COLUMNS: u32;
override BIAS: u32;
override RELU: u32;
override MASK: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> parts: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

fn part(split: u32, element: u32) -> f32 {
  if (split >= SPLITS) { return 0; }
  return parts[split * ELEMENTS + element];
}

fn fourParts(split: u32, element: u32) -> f32 {
  return (part(split, element) + part(split + 1, element)) + (part(split + 2, element) + part(split + 3, element));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.x + id.y * groups.x * WORKGROUP;
  if (element >= ELEMENTS) { return; }
  var sum = 0.0;
  for (var split = 0u; split < SPLITS; split += 8) {
    sum += fourParts(split, element) + fourParts(split + 4, element);
  }
  if (BIAS != 0) { sum += bias[element % COLUMNS]; }
  if (RELU != 0) { sum = max(sum, 0.0); }
  if (MASK != 0) { sum = select(0.0, sum, mask[element] > 0.0); }
  output[element] = sum;
}
