// rmsprop, centred, step: Graves 2013 as DeepMind's DQN has it, no momentum, epsilon under the root
//   g = gradient + WEIGHT_COST w;  a = DECAY a + (1 - DECAY) g;  s = DECAY s + (1 - DECAY) g^2
//   w = w - learningRate g / sqrt(s - a^2 + EPSILON)
//   parameters (w), gradients, mean (a), meanSquare (s) [COUNT] f32, bound as whole vec4s; what lies behind COUNT is not written
// s - a^2 is a variance: rounding can make it negative, so it is held at 0.
// One invocation updates one vec4; invocations past the end write nothing.
override COUNT: u32;
override DECAY: f32;
override ONE_MINUS_DECAY: f32;
override EPSILON: f32;
override WEIGHT_COST: f32 = 0.0;
override WORKGROUP: u32 = 64;

struct Rates {
  learningRate: f32,
}

@group(0) @binding(0) var<uniform> rates: Rates;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> meanSquare: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let first = 4 * index;
  if (first >= COUNT) {
    return;
  }
  let w = parameters[index];
  let oldA = mean[index];
  let oldS = meanSquare[index];
  let g = gradients[index] + WEIGHT_COST * w;
  let a = DECAY * oldA + ONE_MINUS_DECAY * g;
  let s = DECAY * oldS + ONE_MINUS_DECAY * g * g;
  let stepped = w - rates.learningRate * g / sqrt(max(s - a * a, vec4f(0)) + EPSILON);
  if (first + 4 <= COUNT) {
    parameters[index] = stepped;
    mean[index] = a;
    meanSquare[index] = s;
  } else {
    let inside = first + vec4u(0, 1, 2, 3) < vec4u(COUNT);
    parameters[index] = select(w, stepped, inside);
    mean[index] = select(oldA, a, inside);
    meanSquare[index] = select(oldS, s, inside);
  }
}
