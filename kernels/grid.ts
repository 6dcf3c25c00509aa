/**
 * Dispatch geometry of kernels that number their work in one dimension. A shader finds its number with
 *   `id.x + id.y * groups.x * WORKGROUP`   (id: global_invocation_id, groups: num_workgroups)
 * and returns when it is past the end.
 */

/** WebGPU's default limit `maxComputeWorkgroupsPerDimension`. */
export const maxWorkgroupsPerAxis = 65535;

/** Invocations of one workgroup of the elementwise kernels: the `WORKGROUP` override. */
export const elementwiseWorkgroup = 64;

/** Workgroups along x and y that hold at least `count` of them, x filled first. */
export function workgroupGrid(count: number): readonly [number, number, number] {
  const x = Math.min(count, maxWorkgroupsPerAxis);
  const y = Math.ceil(count / x);
  if (!(count >= 1) || y > maxWorkgroupsPerAxis) throw new RangeError(`no dispatch has ${count} workgroups`);
  return [x, y, 1];
}

/** Workgroups for `invocations` invocations, `workgroup` of them each. */
export function invocationGrid(
  invocations: number,
  workgroup = elementwiseWorkgroup,
): readonly [number, number, number] {
  return workgroupGrid(Math.ceil(invocations / workgroup));
}
