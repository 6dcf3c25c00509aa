// dueling, forward: output[b][a] = value[b] + advantage[b][a] - mean over actions of advantage[b]
//   value [BATCH] f32, advantage, output [BATCH][ACTIONS] f32
// One invocation writes one row, summing left to right; invocations past BATCH write nothing.
override BATCH: u32;
override ACTIONS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> value: array<f32>;
@group(0) @binding(1) var<storage, read> advantage: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= BATCH) {
    return;
  }
  let first = row * ACTIONS;
  var sum = 0.0;
  for (var action = 0u; action < ACTIONS; action++) {
    sum += advantage[first + action];
  }
  let offset = value[row] - sum / f32(ACTIONS);
  for (var action = 0u; action < ACTIONS; action++) {
    output[first + action] = offset + advantage[first + action];
  }
}
