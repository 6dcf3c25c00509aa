// gather, backward: dValues[b][c] = dOutput[b] where c = indices[b], else 0; every element is written
//   dOutput [BATCH] f32, indices [BATCH] u32, dValues [BATCH][COLUMNS] f32
// One invocation writes one element; invocations past BATCH * COLUMNS write nothing. An index of COLUMNS or more: a row of zeros.
override BATCH: u32;
override COLUMNS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> dOutput: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> dValues: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.x + id.y * groups.x * WORKGROUP;
  if (element >= BATCH * COLUMNS) {
    return;
  }
  let row = element / COLUMNS;
  let column = element % COLUMNS;
  dValues[element] = select(0.0, dOutput[row], column == indices[row]);
}
