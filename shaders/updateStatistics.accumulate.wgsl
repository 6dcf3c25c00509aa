// update statistics: adds one update's batch to running sums
//   loss [BATCH] f32, values [BATCH][ACTIONS] f32
//   statistics [4] f32: sum of the losses, sum of the samples' largest values, samples, updates; zero at first
// One workgroup, dispatched alone: invocation i takes the samples i, i + WORKGROUP, … in order, then a binary tree over the workgroup.
// Counts are exact up to 2^24 samples: clear before that.
override BATCH: u32;
override ACTIONS: u32;
override WORKGROUP: u32 = 64; // a power of two

@group(0) @binding(0) var<storage, read> loss: array<f32>;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> statistics: vec4f;

var<workgroup> partial: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f(0);
  for (var row = lane; row < BATCH; row += WORKGROUP) {
    var best = values[row * ACTIONS];
    for (var action = 1u; action < ACTIONS; action++) {
      best = max(best, values[row * ACTIONS + action]);
    }
    sums += vec2f(loss[row], best);
  }
  partial[lane] = sums;
  for (var distance = WORKGROUP / 2; distance > 0; distance /= 2) {
    workgroupBarrier();
    if (lane < distance) {
      partial[lane] += partial[lane + distance];
    }
  }
  if (lane == 0) {
    statistics += vec4f(partial[0], f32(BATCH), 1);
  }
}
