// gather, forward: output[b] = values[b][indices[b]]
//   values [BATCH][COLUMNS] f32, indices [BATCH] u32, output [BATCH] f32
// One invocation writes one element; invocations past BATCH write nothing. An index of COLUMNS or more gives 0.
override BATCH: u32;
override COLUMNS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= BATCH) {
    return;
  }
  let column = indices[row];
  var value = 0.0;
  if (column < COLUMNS) {
    value = values[row * COLUMNS + column];
  }
  output[row] = value;
}
