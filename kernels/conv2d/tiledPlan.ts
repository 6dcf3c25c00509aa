/**
 * How the tiled variants divide a matrix product among workgroups. Written for an H200, by counting; not yet measured on one.
 * Leaves out: the adapter. Tile sizes and splits follow from the shape alone, so that sums are in the same order on every GPU.
 */
import { directGrid } from '../directTiles.ts';

/** Multiprocessors of an H200. */
const multiprocessors = 132;
/**
 * A block of a 32 x 32 tile whose workgroup has a multiprocessor to itself, which then idles while that waits at its barrier. The unit of
 * times is a block where others fill the gap: 96 loads of 512 bytes from workgroup memory at 128 bytes a clock, 384 clocks or some
 * 0.2 us. (Its multiply-adds take 256 of them.)
 */
const blockAlone = 1.5;
/** A dispatch more, and waiting for the one before: some 2.5 us. */
const secondPass = 13;
/** Partial sums that are written and read again in one unit, at 3 TB/s. */
const partsPerUnit = 75_000;
/** A split is of at least so many blocks, or starting and ending it is most of its time. */
const leastSplitBlocks = 4;
/** Splits must save a fifth: the second pass is what drivers differ in the most. */
const worthwhile = 0.8;

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
  // The larger tile is four times the work and half the reading: it is taken where the multiprocessor with the most is done as early.
  const side = 4 * mostOfOne(tilesOf(64)) <= mostOfOne(tilesOf(32)) ? 64 : 32;
  const blocks = Math.ceil(terms / (1024 / side));
  const wanted = Math.min(blocks, splits ?? (side === 64 ? 1 : splitsOf(tilesOf(side), blocks)));
  const splitBlocks = Math.ceil(blocks / wanted);
  const filled = Math.ceil(blocks / splitBlocks);
  return {
    side,
    splits: filled,
    constants: { SIDE: side, SPLITS: filled, SPLIT_BLOCKS: splitBlocks },
    workgroups: directGrid(kernel, Math.ceil(rows / side), Math.ceil(columns / side), layers * filled),
  };
}

/** Workgroups of the multiprocessor that has the most. */
const mostOfOne = (workgroups: number): number => Math.ceil(workgroups / multiprocessors);

/** Into how many sums the blocks of terms of `tiles` tiles of 32 x 32 go. */
function splitsOf(tiles: number, blocks: number): number {
  const timeOf = (splits: number): number => {
    const time = Math.ceil(blocks / splits) * Math.max(blockAlone, mostOfOne(tiles * splits));
    return splits === 1 ? time : time + secondPass + (tiles * splits * 1024) / partsPerUnit;
  };
  let best = 1;
  for (let splits = 2; splits <= blocks / leastSplitBlocks; splits++) {
    if (timeOf(splits) < timeOf(best)) best = splits;
  }
  return timeOf(best) < worthwhile * timeOf(1) ? best : 1;
}
