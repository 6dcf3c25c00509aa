// max over actions: output[b] = the largest of values[b]
//   values [BATCH][COLUMNS] f32, output [BATCH] f32
// One invocation reduces one row, left to right; invocations past BATCH write nothing.
override BATCH: u32;
override COLUMNS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= BATCH) {
    return;
  }
  var best = values[row * COLUMNS];
  for (var column = 1u; column < COLUMNS; column++) {
    best = max(best, values[row * COLUMNS + column]);
  }
  output[row] = best;
}
