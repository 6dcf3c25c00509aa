/**
 * How the tiled variants divide a matrix product among workgroups, for GPUs of some 16 to 150 multiprocessors.
 * Leaves out: the adapter. Tile sizes and splits follow from the shape alone, so that they are the same on every GPU.
 */
import { directGrid } from '../directTiles.ts';

/**
 * Workgroups of 256 invocations that fill a large GPU: 132 multiprocessors of an H200 hold up to 8 each and want at least two, so that
 * one computes while the other waits for memory.
 */
const wantedWorkgroups = 256;
/** With so many tiles the terms are not split: the second pass would cost more than the idle rest. */
const enoughTiles = 128;
/** Terms that a split has at least: fewer, and starting it and adding it up is most of its time. */
const leastSplitTerms = 256;

export interface TiledPlan {
  /** Rows and columns of a tile. */
  readonly side: 32 | 64;
  /** Workgroups that share the terms of one tile. */
  readonly splits: number;
  /** The override constants of the shaders. */
  readonly constants: Readonly<Record<'SIDE' | 'SPLITS' | 'SPLIT_BLOCKS', number>>;
  readonly workgroups: readonly [number, number, number];
}

/**
 * The plan for `layers` products of rows x terms and terms x columns. Throws ShapeError where a dispatch has no room for it.
 * @param splits into how many partial sums the terms go, at most; by default as many as occupy the GPU
 */
export function tiledPlan(
  kernel: string,
  { rows, columns, terms, layers = 1 }: { rows: number; columns: number; terms: number; layers?: number },
  splits?: number,
): TiledPlan {
  const tilesOf = (side: number): number => Math.ceil(rows / side) * Math.ceil(columns / side) * layers;
  // The larger tile reads half as much, but is worth it only where there are enough of them and none is half empty.
  const side = columns > 32 && tilesOf(64) >= wantedWorkgroups ? 64 : 32;
  const tiles = tilesOf(side);
  const blocks = Math.ceil(terms / (1024 / side));
  const useful = tiles >= enoughTiles ? 1 : Math.min(wantedWorkgroups / tiles, terms / leastSplitTerms);
  const wanted = Math.min(blocks, splits ?? Math.max(1, Math.round(useful)));
  const splitBlocks = Math.ceil(blocks / wanted);
  const filled = Math.ceil(blocks / splitBlocks);
  return {
    side,
    splits: filled,
    constants: { SIDE: side, SPLITS: filled, SPLIT_BLOCKS: splitBlocks },
    workgroups: directGrid(kernel, Math.ceil(rows / side), Math.ceil(columns / side), layers * filled),
  };
}
