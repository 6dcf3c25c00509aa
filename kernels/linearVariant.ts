/**
 * What the host halves of conv2d and linear share: the choice between kernels that run anywhere and those written for subgroups
 * of 8 invocations, and the dispatch geometry of both.
 */

import { maxWorkgroupsPerAxis } from './grid.ts';
import type { Gpu } from './runtime/gpu.ts';
import { ShapeError } from './shapes.ts';

/**
 * Which WGSL runs: `generic` on any adapter; `subgroup8` where every subgroup has 8 invocations (Mesa's lavapipe where the CPU has
 * AVX). A shape that the subgroup form does not cover takes the generic one: the results agree within rounding.
 */
export type LinearVariant = 'generic' | 'subgroup8';

/** The fastest variant that the adapter can run. */
export function linearVariant(gpu: Gpu): LinearVariant {
  const { subgroupMinSize, subgroupMaxSize } = gpu.adapter.info;
  return gpu.hasSubgroups && subgroupMinSize === 8 && subgroupMaxSize === 8 ? 'subgroup8' : 'generic';
}

/** Options that every host half of conv2d and linear takes. */
export interface LinearOptions {
  /** Default `generic`. `linearVariant(gpu)` is the fastest that runs. */
  readonly variant?: LinearVariant | undefined;
  /** Names the call in errors and timings. Default: the shader's name. */
  readonly label?: string | undefined;
}

/** Throws ShapeError unless every extent is an integer of at least `minimum`. */
export function expectExtents(kernel: string, extents: Readonly<Record<string, number>>, minimum: number): void {
  for (const [name, extent] of Object.entries(extents)) {
    if (!Number.isInteger(extent) || extent < minimum) {
      throw new ShapeError(kernel, `${name} is ${extent}, expected an integer of at least ${minimum}`);
    }
  }
}

/** The workgroup counts. Throws ShapeError where one is more than every device takes. */
export function linearGrid(kernel: string, x: number, y: number, z: number): readonly [number, number, number] {
  if (Math.max(x, y, z) > maxWorkgroupsPerAxis) {
    throw new ShapeError(kernel, `${x} x ${y} x ${z} workgroups are more than ${maxWorkgroupsPerAxis} along an axis`);
  }
  return [x, y, z];
}

/** What a host half needs to know about the shader it runs. */
interface ChosenVariant {
  readonly shader: string;
  /** Whether it is the subgroup form. */
  readonly fast: boolean;
  /** The override constants that tell tile sizes. */
  readonly constants: Readonly<Record<string, number>>;
  /** Workgroups for `layers` matrices of rows x columns. */
  readonly grid: (rows: number, columns: number, layers?: number) => readonly [number, number, number];
}

/**
 * The shader to run and its dispatch geometry. The subgroup form wants channels in whole vec4s and otherwise yields to the generic one.
 * @param channels the inputs and outputs of the layer
 * @param narrowColumns the columns of the result, where the subgroup form has tiles of 32 x 16 besides those of 16 x 32
 */
export function chooseVariant(
  kernel: string,
  channels: readonly number[],
  options: LinearOptions,
  narrowColumns?: number,
): ChosenVariant {
  const fast = options.variant === 'subgroup8' && channels.every((count) => count % 4 === 0);
  if (!fast) {
    // 64 invocations a workgroup, a tile of 4 x 4 each.
    const grid: ChosenVariant['grid'] = (rows, columns, layers = 1) =>
      linearGrid(kernel, Math.ceil((Math.ceil(rows / 4) * Math.ceil(columns / 4)) / 64), 1, layers);
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
      linearGrid(kernel, Math.ceil(rows / tileRows), Math.ceil(columns / tileColumns), layers),
  };
}
