// reduce, rows: output[FIRST_OUTPUT + row * CHUNKS + chunk] = SCALE * (sum or maximum of that chunk of the row, each element transformed)
//   input [ROWS][COLUMNS] f32, output [at least FIRST_OUTPUT + ROWS * CHUNKS] f32; a chunk is CHUNK columns, the last one may be shorter
// One workgroup reduces one chunk: invocation i takes the columns i, i + WORKGROUP, … of it in order, then a binary tree over the
// workgroup adds neighbours at distance WORKGROUP / 2, …, 1. The order depends on nothing but the constants.
// Two passes reduce a long row: this shader over chunks, then over the chunks' results with TRANSFORM 0.
override ROWS: u32;
override COLUMNS: u32;
override CHUNKS: u32;
override CHUNK: u32;
override FIRST_OUTPUT: u32 = 0;
override MAXIMUM: bool = false; // the largest, else the sum
override TRANSFORM: u32 = 0; // 0: x, 1: |x|, 2: x^2
override SCALE: f32 = 1.0;
override WORKGROUP: u32 = 64; // a power of two

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

fn transformed(x: f32) -> f32 {
  if (TRANSFORM == 1) {
    return abs(x);
  }
  if (TRANSFORM == 2) {
    return x * x;
  }
  return x;
}

fn joined(a: f32, b: f32) -> f32 {
  if (MAXIMUM) {
    return max(a, b);
  }
  return a + b;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let result = group.x + group.y * groups.x;
  if (result >= ROWS * CHUNKS) {
    return;
  }
  let row = result / CHUNKS;
  let begin = result % CHUNKS * CHUNK;
  let end = min(begin + CHUNK, COLUMNS);

  // The identity: no f32 is below it.
  var reduced = select(0.0, -0x1.fffffep+127, MAXIMUM);
  for (var column = begin + lane; column < end; column += WORKGROUP) {
    reduced = joined(reduced, transformed(input[row * COLUMNS + column]));
  }
  partial[lane] = reduced;
  for (var distance = WORKGROUP / 2; distance > 0; distance /= 2) {
    workgroupBarrier();
    if (lane < distance) {
      partial[lane] = joined(partial[lane], partial[lane + distance]);
    }
  }
  if (lane == 0) {
    output[FIRST_OUTPUT + result] = SCALE * partial[0];
  }
}
