/**
 * The register-tile variants of conv2d and linear, `generic` and `subgroup8`: which of the two covers a layer, and the dispatch
 * geometry of both.
 */
import { maxWorkgroupsPerAxis } from './grid.ts';
import { ShapeError } from './shapes.ts';
import type { VariantOptions } from './variant.ts';

/** The workgroup counts. Throws ShapeError where one is more than every device takes. */
export function directGrid(kernel: string, x: number, y: number, z: number): readonly [number, number, number] {
  if (Math.max(x, y, z) > maxWorkgroupsPerAxis) {
    throw new ShapeError(kernel, `${x} x ${y} x ${z} workgroups are more than ${maxWorkgroupsPerAxis} along an axis`);
  }
  return [x, y, z];
}

/** What a host half needs to know about the shader it runs. */
interface DirectVariant {
  readonly shader: string;
  /** Whether it is the subgroup form. */
  readonly fast: boolean;
  /** The override constants that tell tile sizes. */
  readonly constants: Readonly<Record<string, number>>;
  /** Workgroups for `layers` matrices of rows x columns. */
  readonly grid: (rows: number, columns: number, layers?: number) => readonly [number, number, number];
}

/** Whether the subgroup form is asked for and takes these channels, or the generic form is asked for. */
export function coversDirect(channels: readonly number[], options: VariantOptions): boolean {
  return options.variant !== 'subgroup8' || channels.every((count) => count % 4 === 0);
}

/**
 * The shader to run and its dispatch geometry. The subgroup form wants channels in whole vec4s and otherwise yields to the generic one.
 * @param channels the inputs and outputs of the layer
 * @param narrowColumns the columns of the result, where the subgroup form has tiles of 32 x 16 besides those of 16 x 32
 */
export function chooseDirect(
  kernel: string,
  channels: readonly number[],
  options: VariantOptions,
  narrowColumns?: number,
): DirectVariant {
  const fast = options.variant === 'subgroup8' && coversDirect(channels, options);
  if (!fast) {
    // 64 invocations a workgroup, a tile of 4 x 4 each.
    const grid: DirectVariant['grid'] = (rows, columns, layers = 1) =>
      directGrid(kernel, Math.ceil((Math.ceil(rows / 4) * Math.ceil(columns / 4)) / 64), 1, layers);
    return { shader: kernel, fast, constants: {}, grid };
  }
  // One subgroup and one tile a workgroup.
  const narrow = narrowColumns !== undefined && narrowColumns <= 16;
  const [tileRows, tileColumns] = narrow ? [32, 16] : [16, 32];
  return {
    shader: `${kernel}.subgroup8`,
    fast,
    constants: narrowColumns === undefined ? {} : { NARROW: narrow ? 1 : 0 },
    grid: (rows, columns, layers = 1) =>
      directGrid(kernel, Math.ceil(rows / tileRows), Math.ceil(columns / tileColumns), layers),
  };
}
