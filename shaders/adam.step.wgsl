// adam, step: Adam (Kingma & Ba 2015) with bias correction, as PyTorch's torch.optim.Adam computes it
//   g = gradient + WEIGHT_COST w;  m = BETA1 m + (1 - BETA1) g;  v = BETA2 v + (1 - BETA2) g^2
//   w = w - stepSize m / (sqrt(v) inverseSqrtCorrection + EPSILON)
//   parameters (w), gradients, firstMoment (m), secondMoment (v) [COUNT] f32, bound as whole vec4s; what lies behind COUNT is not written
//   rates: stepSize = learning rate / (1 - BETA1^t), inverseSqrtCorrection = 1 / sqrt(1 - BETA2^t), t = 1 at the first step
// One invocation updates one vec4; invocations past the end write nothing.
override COUNT: u32;
override BETA1: f32;
override ONE_MINUS_BETA1: f32;
override BETA2: f32;
override ONE_MINUS_BETA2: f32;
override EPSILON: f32;
override WEIGHT_COST: f32 = 0.0;
override WORKGROUP: u32 = 64;

struct Rates {
  stepSize: f32,
  inverseSqrtCorrection: f32,
}

@group(0) @binding(0) var<uniform> rates: Rates;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> firstMoment: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> secondMoment: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let first = 4 * index;
  if (first >= COUNT) {
    return;
  }
  let w = parameters[index];
  let oldM = firstMoment[index];
  let oldV = secondMoment[index];
  let g = gradients[index] + WEIGHT_COST * w;
  let m = BETA1 * oldM + ONE_MINUS_BETA1 * g;
  let v = BETA2 * oldV + ONE_MINUS_BETA2 * g * g;
  let stepped = w - rates.stepSize * m / (sqrt(v) * rates.inverseSqrtCorrection + EPSILON);
  if (first + 4 <= COUNT) {
    parameters[index] = stepped;
    firstMoment[index] = m;
    secondMoment[index] = v;
  } else {
    let inside = first + vec4u(0, 1, 2, 3) < vec4u(COUNT);
    parameters[index] = select(w, stepped, inside);
    firstMoment[index] = select(oldM, m, inside);
    secondMoment[index] = select(oldV, v, inside);
  }
}
