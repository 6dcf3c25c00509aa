// TD target: target = reward + discount * nextValue
//   reward, discount, nextValue, target [BATCH] f32
// One invocation writes one element; invocations past BATCH write nothing.
// Where the discount is 0, as at an episode's end, the next value is not used at all: one that is infinite or NaN does no harm there.
override BATCH: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> reward: array<f32>;
@group(0) @binding(1) var<storage, read> discount: array<f32>;
@group(0) @binding(2) var<storage, read> nextValue: array<f32>;
@group(0) @binding(3) var<storage, read_write> tdTarget: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= BATCH) {
    return;
  }
  let future = select(discount[index] * nextValue[index], 0.0, discount[index] == 0.0);
  tdTarget[index] = reward[index] + future;
}
