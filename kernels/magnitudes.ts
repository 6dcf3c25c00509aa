/**
 * How large the elements of several ranges of one tensor are: of each range the mean and the maximum of |x|, in one dispatch. For a look
 * once in a while: each range is summed by one workgroup, and ranges are data, so that all networks share one pipeline.
 * Leaves out: speed (reduce.ts spreads one range over many workgroups).
 */
import { maxWorkgroupsPerAxis } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectElements, expectRank, expectTensor, ShapeError } from './shapes.ts';

export interface Magnitudes {
  /** f32, any shape. */
  readonly values: Tensor;
  /** [ranges, 2] u32: first element and number of elements, at least 1; what reaches past the end of `values` is cut off. */
  readonly ranges: Tensor;
  /** [ranges, 2] f32, written: mean and maximum. */
  readonly output: Tensor;
}

/** Throws ShapeError. */
export function magnitudes({ values, ranges, output }: Magnitudes): KernelCall[] {
  const shader = 'magnitudes';
  const elements = expectElements(shader, 'values', values);
  const [count, two] = expectRank(shader, 'ranges', ranges, 2, 'u32');
  if (two !== 2) throw new ShapeError(shader, `ranges (${ranges.name}) is [${count}, ${two}], expected [${count}, 2]`);
  if (count > maxWorkgroupsPerAxis) throw new ShapeError(shader, `${count} ranges are too many`);
  expectTensor(shader, 'output', output, [count, 2]);
  return [
    {
      shader,
      constants: {},
      bindings: [
        { tensor: values, access: 'read' },
        { tensor: ranges, access: 'read' },
        { tensor: output, access: 'readwrite' },
      ],
      workgroups: [count, 1, 1],
      // At most: of ranges that do not overlap.
      flops: 3 * elements,
      bytes: 4 * elements + 16 * count,
    },
  ];
}
