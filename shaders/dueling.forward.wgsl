// dueling, forward: output[b][a] = V[b] + A[b][a] - mean over actions of A[b]
//   streams [BATCH][2][1 + ACTIONS] f32: V[b] is streams[b][0][0], A[b][a] is streams[b][1][1 + a], all else is not read
//   output [BATCH][ACTIONS] f32
// One invocation writes one row, summing left to right; invocations past BATCH write nothing.
override BATCH: u32;
override ACTIONS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> streams: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= BATCH) {
    return;
  }
  let value = row * 2 * (1 + ACTIONS);
  let advantage = value + ACTIONS + 2;
  var sum = 0.0;
  for (var action = 0u; action < ACTIONS; action++) {
    sum += streams[advantage + action];
  }
  let offset = streams[value] - sum / f32(ACTIONS);
  for (var action = 0u; action < ACTIONS; action++) {
    output[row * ACTIONS + action] = offset + streams[advantage + action];
  }
}
