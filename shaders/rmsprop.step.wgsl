// rmsprop, step: with momentum, epsilon outside the root, as PyTorch's torch.optim.RMSprop computes it
//   g = gradient + WEIGHT_COST w;  s = DECAY s + (1 - DECAY) g^2;  b = MOMENTUM b + g / (sqrt(s) + EPSILON)
//   w = w - learningRate b
//   parameters (w), gradients, meanSquare (s), velocity (b) [COUNT] f32, bound as whole vec4s; what lies behind COUNT is not written
// One invocation updates one vec4; invocations past the end write nothing.
override COUNT: u32;
override DECAY: f32;
override ONE_MINUS_DECAY: f32;
override MOMENTUM: f32 = 0.0;
override EPSILON: f32;
override WEIGHT_COST: f32 = 0.0;
override WORKGROUP: u32 = 64;

struct Rates {
  learningRate: f32,
}

@group(0) @binding(0) var<uniform> rates: Rates;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> meanSquare: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> velocity: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let first = 4 * index;
  if (first >= COUNT) {
    return;
  }
  let w = parameters[index];
  let oldS = meanSquare[index];
  let oldB = velocity[index];
  let g = gradients[index] + WEIGHT_COST * w;
  let s = DECAY * oldS + ONE_MINUS_DECAY * g * g;
  let b = MOMENTUM * oldB + g / (sqrt(s) + EPSILON);
  let stepped = w - rates.learningRate * b;
  if (first + 4 <= COUNT) {
    parameters[index] = stepped;
    meanSquare[index] = s;
    velocity[index] = b;
  } else {
    let inside = first + vec4u(0, 1, 2, 3) < vec4u(COUNT);
    parameters[index] = select(w, stepped, inside);
    meanSquare[index] = select(oldS, s, inside);
    velocity[index] = select(oldB, b, inside);
  }
}
