// TD target: target = reward + (1 - terminal) * DISCOUNT * nextValue
//   reward, terminal (0 or 1), nextValue, target [BATCH] f32
// One invocation writes one element; invocations past BATCH write nothing.
// Where terminal is not 0 the next value is not used at all: one that is infinite or NaN does no harm there.
override BATCH: u32;
override DISCOUNT: f32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> reward: array<f32>;
@group(0) @binding(1) var<storage, read> terminal: array<f32>;
@group(0) @binding(2) var<storage, read> nextValue: array<f32>;
@group(0) @binding(3) var<storage, read_write> tdTarget: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= BATCH) {
    return;
  }
  let future = select(DISCOUNT * nextValue[index], 0.0, terminal[index] != 0.0);
  tdTarget[index] = reward[index] + future;
}
