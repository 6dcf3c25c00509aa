// half.pack: output = input, rounded to f16
//   input [COUNT] f32, bound as whole vec2s
//   output [COUNT] f16, two to a word, the first in the lower half; the second half of an odd COUNT's last word is 0
// What WGSL promises of pack2x16float: a value that f16 has is kept; one between two of f16 becomes either of them (the adapter's
// choice: the nearer one on all that are known); a subnormal, below 2^-14, may become 0; a word with a value beyond +-65504 is
// indeterminate, so such values are the caller's problem.
// One invocation writes one word; invocations past the end write nothing.
override COUNT: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> input: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let word = id.x + id.y * groups.x * WORKGROUP;
  if (word >= (COUNT + 1) / 2) {
    return;
  }
  // What lies past the end may be anything.
  let pair = select(vec2f(0), input[word], 2 * word + vec2u(0, 1) < vec2u(COUNT));
  output[word] = pack2x16float(pair);
}
