// dueling, backward: dV[b] = sum over actions of dOutput[b]; dA[b][a] = dOutput[b][a] - dV[b] / ACTIONS
//   dOutput [BATCH][ACTIONS] f32
//   dStreams [BATCH][2][1 + ACTIONS] f32: dV[b] is dStreams[b][0][0], dA[b][a] is dStreams[b][1][1 + a], all else becomes 0
// One invocation writes one sample, summing left to right; invocations past BATCH write nothing.
override BATCH: u32;
override ACTIONS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> dOutput: array<f32>;
@group(0) @binding(1) var<storage, read_write> dStreams: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= BATCH) {
    return;
  }
  let first = row * ACTIONS;
  var sum = 0.0;
  for (var action = 0u; action < ACTIONS; action++) {
    sum += dOutput[first + action];
  }
  let mean = sum / f32(ACTIONS);
  let value = row * 2 * (1 + ACTIONS);
  let advantage = value + ACTIONS + 2;
  dStreams[value] = sum;
  // The rest of the value's row, and the first of the advantages'.
  for (var column = value + 1; column < advantage; column++) {
    dStreams[column] = 0.0;
  }
  for (var action = 0u; action < ACTIONS; action++) {
    dStreams[advantage + action] = dOutput[first + action] - mean;
  }
}
