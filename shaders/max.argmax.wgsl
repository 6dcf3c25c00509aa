// argmax over actions: output[b] = the column of the largest of values[b], the first of equal ones
//   values [BATCH][COLUMNS] f32, output [BATCH] u32
// One invocation reduces one row, left to right; invocations past BATCH write nothing.
override BATCH: u32;
override COLUMNS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= BATCH) {
    return;
  }
  var best = values[row * COLUMNS];
  var bestColumn = 0u;
  for (var column = 1u; column < COLUMNS; column++) {
    let value = values[row * COLUMNS + column];
    if (value > best) {
      best = value;
      bestColumn = column;
    }
  }
  output[row] = bestColumn;
}
