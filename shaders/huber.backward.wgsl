// huber, backward: d = prediction - target; dPrediction = SCALE clamp(d, -DELTA, DELTA)
//   SCALE is 1 for the gradient of the losses' sum, 1 / BATCH for that of their mean
//   prediction, targets, dPrediction [BATCH] f32
// One invocation writes one element; invocations past BATCH write nothing.
override BATCH: u32;
override DELTA: f32 = 1.0;
override SCALE: f32 = 1.0;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> prediction: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read_write> dPrediction: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= BATCH) {
    return;
  }
  let difference = prediction[index] - targets[index];
  dPrediction[index] = SCALE * clamp(difference, -DELTA, DELTA);
}
