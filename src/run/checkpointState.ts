/**
 * A state of plain data and typed arrays in two parts: what goes into JSON, and the arrays, which go into a safetensors file as they are.
 * Nothing here knows what a state consists of, so that whoever adds to it need not touch the checkpoint's format.
 * JSON alone would lose NaN, the infinities and the sign of zero; they are marked, so that what is read back is what was written.
 */
import type { StoredTensor } from '../agent/safetensors.ts';

const elementTypes = { Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array } as const;
type ElementType = keyof typeof elementTypes;
type Elements = InstanceType<(typeof elementTypes)[ElementType]>;

/** In JSON, for an array that stands in the safetensors file under this name. */
interface ArrayMark {
  readonly $array: string;
  readonly type: ElementType;
}

/** In JSON, for a number that JSON cannot say. */
interface NumberMark {
  readonly $number: 'NaN' | 'Infinity' | '-Infinity' | '-0';
}

export interface SeparatedState {
  readonly json: unknown;
  /** One axis each. What is not f32 stands there as bytes. */
  readonly arrays: StoredTensor[];
}

/**
 * Takes the typed arrays out of `state`. An array is named by its path (`agent.history.frames`), an item of a list by its `name` or else
 * by its number. Throws TypeError for what is neither plain data nor one of the known arrays.
 */
export function separateState(state: unknown): SeparatedState {
  const arrays: StoredTensor[] = [];
  const separated = (value: unknown, path: string): unknown => {
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : numberMark(value);
    if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return value;
    if (ArrayBuffer.isView(value)) {
      const type = Object.keys(elementTypes).find((name) => value instanceof elementTypes[name as ElementType]);
      if (type === undefined) throw new TypeError(`a checkpoint cannot hold ${path}, a ${value.constructor.name}`);
      arrays.push({ name: path, ...storedForm(value as Elements) });
      return { $array: path, type };
    }
    const at = (part: string | number): string => (path === '' ? String(part) : `${path}.${part}`);
    if (Array.isArray(value)) return value.map((item, index) => separated(item, at(item?.name ?? index)));
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError(`a checkpoint cannot hold ${path}`);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, separated(item, at(key))]));
  };
  return { json: separated(state, ''), arrays };
}

/** The state that `separateState` took apart. Throws RangeError where an array is missing. */
export function joinState(json: unknown, arrays: readonly StoredTensor[]): unknown {
  const byName = new Map(arrays.map(({ name, data }) => [name, data]));
  const joined = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(joined);
    const { $array: name, type } = value as Partial<ArrayMark>;
    if (name !== undefined && type !== undefined) {
      const data = byName.get(name);
      if (data === undefined) throw new RangeError(`there is no ${name}`);
      return type === 'Float32Array' || type === 'Uint8Array'
        ? data
        : new elementTypes[type](data.buffer as ArrayBuffer);
    }
    const { $number: number } = value as Partial<NumberMark>;
    if (number !== undefined) return Number(number);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, joined(item)]));
  };
  return joined(json);
}

function numberMark(value: number): NumberMark {
  return { $number: Object.is(value, -0) ? '-0' : (String(value) as 'NaN') };
}

function storedForm(array: Elements): Pick<StoredTensor, 'shape' | 'data'> {
  const data = array instanceof Float32Array ? array : new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { shape: [data.length], data };
}
