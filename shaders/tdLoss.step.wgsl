// TD loss, step: everything between the outputs of the two networks and the backward pass, in one dispatch
//   y = reward[b] + (1 - terminal[b]) * DISCOUNT * max over a of nextValues[b, a];  q = values[b, actions[b]];  d = q - y
//   loss: d^2 / 2 where |d| <= DELTA, else DELTA (|d| - DELTA / 2), with HUBER; d^2 without
//   dValues[b, a] = SCALE * clamp(d, -DELTA, DELTA) with HUBER, 2 * SCALE * d without, where a = actions[b]; else 0
//   statistics += (sum of the losses, sum of the states' largest values, BATCH, 1)
//   values, nextValues, dValues [BATCH, ACTIONS] f32; actions [BATCH] u32; rewards, terminals (0 or 1) [BATCH] f32; statistics [4] f32
//   SCALE is 1 for the gradient of the losses' sum, 1 / BATCH for that of their mean
// The same arithmetic as max.forward, tdTarget.forward, gather, huber or squaredError, and updateStatistics.accumulate one by one.
// One workgroup, dispatched alone: invocation i takes the samples i, i + WORKGROUP, … in order; the sums then go up a binary tree.
// Where terminal is not 0 the next values are not used at all: one that is infinite or NaN does no harm there. An action of ACTIONS or
// more is taken as the last one.
override BATCH: u32;
override ACTIONS: u32;
override DISCOUNT: f32;
override HUBER: bool = true;
override DELTA: f32 = 1.0;
override SCALE: f32 = 1.0;
override WORKGROUP: u32 = 64; // a power of two

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> nextValues: array<f32>;
@group(0) @binding(2) var<storage, read> actions: array<u32>;
@group(0) @binding(3) var<storage, read> rewards: array<f32>;
@group(0) @binding(4) var<storage, read> terminals: array<f32>;
@group(0) @binding(5) var<storage, read_write> dValues: array<f32>;
@group(0) @binding(6) var<storage, read_write> statistics: vec4f;

var<workgroup> partial: array<vec2f, WORKGROUP>;

fn lossOf(d: f32) -> f32 {
  if (!HUBER) { return d * d; }
  let size = abs(d);
  return select(DELTA * (size - 0.5 * DELTA), 0.5 * size * size, size <= DELTA);
}

fn gradientOf(d: f32) -> f32 {
  if (!HUBER) { return 2 * SCALE * d; }
  return SCALE * clamp(d, -DELTA, DELTA);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f(0);
  for (var sample = lane; sample < BATCH; sample += WORKGROUP) {
    let row = sample * ACTIONS;
    let action = min(actions[sample], ACTIONS - 1);
    var best = values[row];
    var nextBest = nextValues[row];
    for (var a = 1u; a < ACTIONS; a++) {
      best = max(best, values[row + a]);
      nextBest = max(nextBest, nextValues[row + a]);
    }
    let future = select(DISCOUNT * nextBest, 0.0, terminals[sample] != 0.0);
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
