/**
 * Checks that host halves make before anything reaches the device, and the shape arithmetic they share.
 * Leaves out: contents. An index that points outside is the shader's business, and its file says what happens.
 */
import { type ElementType, elementCount, type Tensor, tensorAlignment } from './runtime/tensor.ts';

/** A tensor that a kernel cannot take. A mistake of the calling code, not of the user. */
export class ShapeError extends Error {
  constructor(kernel: string, problem: string) {
    super(`${kernel}: ${problem}`);
    this.name = 'ShapeError';
  }
}

/** Throws ShapeError unless `tensor` has this element type and exactly this shape. */
export function expectTensor(
  kernel: string,
  role: string,
  tensor: Tensor,
  shape: readonly number[],
  type: ElementType = 'f32',
): void {
  const { shape: actual } = tensor;
  const same = actual.length === shape.length && actual.every((extent, axis) => extent === shape[axis]);
  if (tensor.type === type && same) return;
  throw new ShapeError(
    kernel,
    `${role} (${tensor.name}) is ${tensor.type} [${actual.join(', ')}], expected ${type} [${shape.join(', ')}]`,
  );
}

/** Throws ShapeError unless `tensor` has this element type and this many elements, in whatever shape. */
export function expectCount(
  kernel: string,
  role: string,
  tensor: Tensor,
  count: number,
  type: ElementType = 'f32',
): void {
  const actual = elementCount(tensor.shape);
  if (tensor.type === type && actual === count) return;
  throw new ShapeError(
    kernel,
    `${role} (${tensor.name}) is ${tensor.type} of ${actual} elements, expected ${type} of ${count}`,
  );
}

/** The extents of a tensor of `rank` axes. Throws ShapeError for another rank, another element type, or an extent below 1. */
export function expectRank(
  kernel: string,
  role: string,
  tensor: Tensor,
  rank: number,
  type: ElementType = 'f32',
): readonly number[] {
  const { shape } = tensor;
  if (tensor.type !== type || shape.length !== rank || shape.some((extent) => !(extent >= 1))) {
    throw new ShapeError(
      kernel,
      `${role} (${tensor.name}) is ${tensor.type} [${shape.join(', ')}], expected ${type} with ${rank} axes of at least 1`,
    );
  }
  return shape;
}

/** The tensor's elements. Throws ShapeError when there is none, or they are of another type. */
export function expectElements(kernel: string, role: string, tensor: Tensor, type: ElementType = 'f32'): number {
  const elements = elementCount(tensor.shape);
  if (tensor.type !== type || !(elements >= 1)) {
    throw new ShapeError(
      kernel,
      `${role} (${tensor.name}) is ${tensor.type} of ${elements} elements, expected ${type}`,
    );
  }
  return elements;
}

/** Throws ShapeError unless `low <= value`, and `value <= high` when given. NaN is refused. */
export function expectRange(kernel: string, name: string, value: number, low: number, high = Number.MAX_VALUE): void {
  if (value >= low && value <= high) return;
  throw new ShapeError(kernel, `${name} is ${value}, expected ${low} to ${high}`);
}

/** Throws ShapeError unless every extent is an integer of at least `minimum`. */
export function expectExtents(kernel: string, extents: Readonly<Record<string, number>>, minimum: number): void {
  for (const [name, extent] of Object.entries(extents)) {
    if (!Number.isInteger(extent) || extent < minimum) {
      throw new ShapeError(kernel, `${name} is ${extent}, expected an integer of at least ${minimum}`);
    }
  }
}

/** The scratch tensor. Throws ShapeError where there is none, or it is not f32 of at least `words` elements. */
export function expectScratch(kernel: string, scratch: Tensor | undefined, words: number): Tensor {
  if (scratch === undefined) throw new ShapeError(kernel, `needs a scratch tensor of ${words} f32`);
  const elements = elementCount(scratch.shape);
  if (scratch.type === 'f32' && elements >= words) return scratch;
  throw new ShapeError(
    kernel,
    `scratch (${scratch.name}) is ${scratch.type} of ${elements} elements, expected f32 of ${words}`,
  );
}

/**
 * The tensor with its end moved up to a multiple of 16 bytes, so that a shader can bind it as `array<vec4f>` whatever its element
 * count. The bytes gained are padding: tensors of one buffer begin at multiples of 256 bytes, and a tensor's own buffer is a
 * multiple of 16 long. Shaders write nothing into it.
 * @throws ShapeError when the buffer ends before
 */
export function wholeVec4s(kernel: string, tensor: Tensor): Tensor {
  const byteLength = Math.ceil(tensor.byteLength / 16) * 16;
  if (byteLength === tensor.byteLength) return tensor;
  if (tensor.offset % tensorAlignment !== 0 || tensor.offset + byteLength > tensor.buffer.size) {
    throw new ShapeError(
      kernel,
      `the buffer of ${tensor.name} ends inside its last vec4; make it a multiple of 16 bytes`,
    );
  }
  return { ...tensor, byteLength };
}
