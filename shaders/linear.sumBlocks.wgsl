// linear.sumBlocks: output[b, n] = bias[n] + sum over s of parts[s, n, b], then max(0, .) where RELU is 1
//   parts [BLOCKS, OUTPUTS, 32], bias [OUTPUTS], output [BATCH, OUTPUTS], all f32; BATCH is at most 32
// One invocation computes 4 successive rows b of one column n. Sums run over s upwards: the same order every time.
// Bounds: invocations past the last column write nothing; rows past BATCH are not written.
override BATCH: u32;
override OUTPUTS: u32;
override BLOCKS: u32;
override RELU: u32;

@group(0) @binding(0) var<storage, read> parts: array<vec4f>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

/// A loop bound that the driver cannot see through, so that it does not unroll: `parts` has at least as many elements.
fn opaque(bound: u32) -> u32 {
  return min(bound, arrayLength(&parts));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let quad = id.x % 8;
  let n = id.x / 8;
  if (n >= OUTPUTS) { return; }
  var sum = vec4f(bias[n]);
  for (var block = 0u; block < opaque(BLOCKS); block++) { sum += parts[(block * OUTPUTS + n) * 8 + quad]; }
  let result = select(sum, max(sum, vec4f(0)), RELU != 0);
  let row = quad * 4;
  if (row < BATCH) { output[row * OUTPUTS + n] = result.x; }
  if (row + 1 < BATCH) { output[(row + 1) * OUTPUTS + n] = result.y; }
  if (row + 2 < BATCH) { output[(row + 2) * OUTPUTS + n] = result.z; }
  if (row + 3 < BATCH) { output[(row + 3) * OUTPUTS + n] = result.w; }
}
