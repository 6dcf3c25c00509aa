// huber, forward: d = prediction - target; loss = d^2 / 2 where |d| <= DELTA, else DELTA (|d| - DELTA / 2)
//   prediction, targets, loss [BATCH] f32
// One invocation writes one element; invocations past BATCH write nothing.
override BATCH: u32;
override DELTA: f32 = 1.0;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> prediction: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= BATCH) {
    return;
  }
  let difference = prediction[index] - targets[index];
  let size = abs(difference);
  loss[index] = select(DELTA * (size - 0.5 * DELTA), 0.5 * size * size, size <= DELTA);
}
