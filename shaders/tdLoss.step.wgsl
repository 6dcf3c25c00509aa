// TD loss, step: everything between the outputs of the networks and the backward pass, in one dispatch
//   y = reward[b] + discounts[b] * nextValues[b, next], next the first of the largest choosingValues[b, .]
//   q = values[b, actions[b]];  d = q - y;  c = clamp(d, -CLIP_DELTA, CLIP_DELTA)
//   FORM 0, squared:       loss d^2;                                                         gradient 2 SCALE d
//   FORM 1, huber:         loss d^2 / 2 where |d| <= CLIP_DELTA, else CLIP_DELTA (|d| - CLIP_DELTA / 2);  gradient SCALE c
//   FORM 2, clipped delta: loss c^2 / 2;                                                     gradient SCALE c
//   dValues[b, actions[b]] = the gradient, every other dValues[b, .] = 0
//   statistics += (sum of the losses, sum of the states' largest values, BATCH, 1)
//   values, nextValues, choosingValues, dValues [BATCH, ACTIONS] f32; actions [BATCH] u32; rewards, discounts [BATCH] f32; statistics [4] f32
//   choosingValues: the online network's for double DQN (van Hasselt et al. 2016), else nextValues again, bound twice
//   SCALE is 1 for the gradient of the losses' sum, 1 / BATCH for that of their mean
// The same arithmetic as max or argmax and gather, tdTarget, huber or squaredError, and updateStatistics one by one.
// One workgroup, dispatched alone: invocation i takes the samples i, i + WORKGROUP, … in order; the sums then go up a binary tree.
// Where a discount is 0, as at an episode's end, the next value is not used at all: one that is infinite or NaN does no harm there. An
// action of ACTIONS or more is taken as the last one.
override BATCH: u32;
override ACTIONS: u32;
override FORM: u32 = 1;
override CLIP_DELTA: f32 = 1.0;
override SCALE: f32 = 1.0;
override WORKGROUP: u32 = 64; // a power of two

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> nextValues: array<f32>;
@group(0) @binding(2) var<storage, read> choosingValues: array<f32>;
@group(0) @binding(3) var<storage, read> actions: array<u32>;
@group(0) @binding(4) var<storage, read> rewards: array<f32>;
@group(0) @binding(5) var<storage, read> discounts: array<f32>;
@group(0) @binding(6) var<storage, read_write> dValues: array<f32>;
@group(0) @binding(7) var<storage, read_write> statistics: vec4f;

var<workgroup> partial: array<vec2f, WORKGROUP>;

fn clipped(d: f32) -> f32 {
  return clamp(d, -CLIP_DELTA, CLIP_DELTA);
}

fn lossOf(d: f32) -> f32 {
  if (FORM == 0) { return d * d; }
  let size = abs(d);
  if (FORM == 1) { return select(CLIP_DELTA * (size - 0.5 * CLIP_DELTA), 0.5 * size * size, size <= CLIP_DELTA); }
  return 0.5 * clipped(d) * clipped(d);
}

fn gradientOf(d: f32) -> f32 {
  if (FORM == 0) { return 2 * SCALE * d; }
  return SCALE * clipped(d);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f(0);
  for (var sample = lane; sample < BATCH; sample += WORKGROUP) {
    let row = sample * ACTIONS;
    let action = min(actions[sample], ACTIONS - 1);
    var best = values[row];
    var nextBest = choosingValues[row];
    var next = row;
    for (var a = 1u; a < ACTIONS; a++) {
      best = max(best, values[row + a]);
      let choosing = choosingValues[row + a];
      next = select(next, row + a, choosing > nextBest);
      nextBest = max(nextBest, choosing);
    }
    let discount = discounts[sample];
    let future = select(discount * nextValues[next], 0.0, discount == 0.0);
    let d = values[row + action] - (rewards[sample] + future);
    for (var a = 0u; a < ACTIONS; a++) { dValues[row + a] = select(0.0, gradientOf(d), a == action); }
    sums += vec2f(lossOf(d), best);
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
