// multiply-add: how much arithmetic the adapter can do; every value is multiplied and added to ROUNDS times
//   factors [2] f32: factor, summand
//   values [WORKGROUPS * WORKGROUP * 4] vec4f, in place: after each round value = value * factor + summand
// ROUNDS is a multiple of 16. One invocation has four vec4s in registers, 16 chains that do not wait for each other: 32 FLOPs a round.
// Every invocation of the dispatch has work. Sixteen rounds lie between two turns of the loop, whose own cost is large on Mesa's
// lavapipe.
override ROUNDS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> factors: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<vec4f>;

struct Chains {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
}

fn oneRound(x: Chains, factor: vec4f, summand: vec4f) -> Chains {
  return Chains(
    fma(x.a, factor, summand),
    fma(x.b, factor, summand),
    fma(x.c, factor, summand),
    fma(x.d, factor, summand),
  );
}

fn fourRounds(x: Chains, factor: vec4f, summand: vec4f) -> Chains {
  let two = oneRound(oneRound(x, factor, summand), factor, summand);
  return oneRound(oneRound(two, factor, summand), factor, summand);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let first = 4 * id.x;
  // From memory, so that the compiler knows neither.
  let factor = vec4f(factors[0]);
  let summand = vec4f(factors[1]);
  var x = Chains(values[first], values[first + 1], values[first + 2], values[first + 3]);
  for (var round = 0u; round < ROUNDS; round += 16) {
    let eight = fourRounds(fourRounds(x, factor, summand), factor, summand);
    x = fourRounds(fourRounds(eight, factor, summand), factor, summand);
  }
  values[first] = x.a;
  values[first + 1] = x.b;
  values[first + 2] = x.c;
  values[first + 3] = x.d;
}
