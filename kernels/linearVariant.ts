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

/** Workgroups of 64 invocations for `layers` matrices of rows x columns, a tile of 4 x 4 an invocation. */
function genericGrid(kernel: string, rows: number, columns: number, layers = 1): readonly [number, number, number] {
  const tiles = Math.ceil(rows / 4) * Math.ceil(columns / 4);
  return linearGrid(kernel, Math.ceil(tiles / 64), 1, layers);
}

/** Workgroups of one subgroup for `layers` matrices of rows x columns, a tile of 16 x 32 a workgroup. */
function subgroup8Grid(kernel: string, rows: number, columns: number, layers = 1): readonly [number, number, number] {
  return linearGrid(kernel, Math.ceil(rows / 16), Math.ceil(columns / 32), layers);
}

/**
 * The shader to run and its dispatch geometry. The subgroup form wants channels in whole vec4s and otherwise yields to the generic one.
 * @param channels the inputs and outputs of the layer
 */
export function chooseVariant(kernel: string, channels: readonly number[], options: LinearOptions) {
  const fits = options.variant === 'subgroup8' && channels.every((count) => count % 4 === 0);
  return fits
    ? { fast: true, shader: `${kernel}.subgroup8`, grid: subgroup8Grid }
    : { fast: false, shader: kernel, grid: genericGrid };
}
