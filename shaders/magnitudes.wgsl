// magnitudes: of each range of the values, the mean and the maximum of |x|
//   values f32, of any number; ranges [RANGES] (first element, number of elements), output [RANGES] (mean, maximum)
// One workgroup a range: invocation i takes the elements i, i + WORKGROUP, … of it in order, then a binary tree over the workgroup. The
// order depends on the range's length alone. A range that reaches past the end of the values is cut off there.
override WORKGROUP: u32 = 256; // a power of two

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> ranges: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> output: array<vec2f>;

/// Sum and maximum.
var<workgroup> partial: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = ranges[group.x].x;
  let end = min(first + ranges[group.x].y, arrayLength(&values));
  var sum = 0.0;
  var largest = 0.0;
  for (var i = first + lane; i < end; i += WORKGROUP) {
    let size = abs(values[i]);
    sum += size;
    largest = max(largest, size);
  }
  partial[lane] = vec2f(sum, largest);
  for (var distance = WORKGROUP / 2; distance > 0; distance /= 2) {
    workgroupBarrier();
    if (lane < distance) {
      let other = partial[lane + distance];
      partial[lane] = vec2f(partial[lane].x + other.x, max(partial[lane].y, other.y));
    }
  }
  if (lane == 0) {
    output[group.x] = vec2f(partial[0].x / f32(end - first), partial[0].y);
  }
}
