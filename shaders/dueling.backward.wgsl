// dueling, backward: dValue[b] = sum over actions of dOutput[b]; dAdvantage[b][a] = dOutput[b][a] - dValue[b] / ACTIONS
//   dOutput, dAdvantage [BATCH][ACTIONS] f32, dValue [BATCH] f32
// One invocation writes one row, summing left to right; invocations past BATCH write nothing.
override BATCH: u32;
override ACTIONS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> dOutput: array<f32>;
@group(0) @binding(1) var<storage, read_write> dValue: array<f32>;
@group(0) @binding(2) var<storage, read_write> dAdvantage: array<f32>;

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
  dValue[row] = sum;
  for (var action = 0u; action < ACTIONS; action++) {
    dAdvantage[first + action] = dOutput[first + action] - mean;
  }
}
