/**
 * The emulator with every index checked and every loop counted: its own source, bundled, with a call put around each `array[index]`, each
 * method of an array that takes indices, and into the body of each loop. In JavaScript a read outside an array gives undefined and a
 * write is dropped, both in silence; here either throws, and so does a loop that does not end. Functions compiled from text are treated
 * alike. Production code is as it was.
 * Leaves out what is not an array: objects indexed by name, Maps.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyNode, parse } from 'acorn';

/** What fuzz.entry.ts exports. */
export type Emulator = typeof import('./fuzzEntry.ts');

/** A check of this file failed: what stands there, and where in the bundle. */
export class CheckFailed extends Error {}

/** Turns of all loops since it was last set to 0. */
export const turns = { count: 0, limit: 50_000_000 };

const checks = {
  /** `index`, which must be one of `array`. */
  $index(array: unknown, index: unknown, place: string): unknown {
    if ((ArrayBuffer.isView(array) || Array.isArray(array)) && !isIndex(array as ArrayLike<unknown>, index)) {
      throw new CheckFailed(`index ${String(index)} of ${lengthOf(array)} elements: ${place}`);
    }
    return index;
  },

  /** `array[index]` where the array comes from an expression that must not be evaluated twice. */
  $read(array: Record<string, unknown>, index: string, place: string): unknown {
    checks.$index(array, index, place);
    return array[index];
  },

  /** A method of an array, its indices checked when it is called. */
  $method(target: Record<string, (...values: unknown[]) => unknown>, name: string, place: string): unknown {
    if (!ArrayBuffer.isView(target)) return target[name].bind(target);
    return (...values: unknown[]) => {
      // The first argument of these two is what they write.
      const bounds = name === 'set' || name === 'fill' ? values.slice(1) : values;
      for (const bound of bounds) {
        if (bound === undefined || bound === lengthOf(target)) continue;
        if (!isIndex(target as unknown as ArrayLike<unknown>, bound)) {
          throw new CheckFailed(`${name} to ${String(bound)} of ${lengthOf(target)} elements: ${place}`);
        }
      }
      return target[name](...values);
    };
  },

  /** `new Function(…)`, its text instrumented. */
  $function(...texts: string[]): unknown {
    const body = texts.pop() ?? '';
    return new Function(...texts, instrumented(body));
  },

  $turn(): void {
    if (++turns.count > turns.limit) throw new CheckFailed(`a loop goes on after ${turns.limit} turns`);
  },
};

// Code compiled from text sees nothing but globals.
Object.assign(globalThis, checks);

function isIndex(array: ArrayLike<unknown>, index: unknown): boolean {
  return Number.isInteger(index) && Number(index) >= 0 && Number(index) < array.length;
}

function lengthOf(array: unknown): number {
  return (array as ArrayLike<unknown>).length;
}

/** Without `slice`, whose bounds are counted from the end, too, and cut to what there is. */
const indexMethods = new Set(['set', 'fill', 'subarray', 'copyWithin']);
const evaluatesOnce = new Set(['CallExpression', 'NewExpression', 'AssignmentExpression', 'UpdateExpression']);
const loops = new Set(['ForStatement', 'WhileStatement', 'DoWhileStatement', 'ForOfStatement', 'ForInStatement']);

/** `source` with the checks in it. It only inserts and cuts text, so that what lies inside is instrumented by itself. */
export function instrumented(source: string): string {
  const edits: { at: number; until: number; text: string }[] = [];
  const insert = (at: number, text: string, until = at): number => edits.push({ at, until, text });
  const text = (node: AnyNode): string => source.slice(node.start, node.end);
  /** The parentheses that close around an object before its `.` or `[`. */
  const closing = (end: number, property: number): string => source.slice(end, property).replace(/[.[]\s*$/, '');
  const place = (node: AnyNode): string => JSON.stringify(text(node).replace(/\s+/g, ' ').slice(0, 120));

  const visit = (node: AnyNode, isTarget: boolean): void => {
    if (node.type === 'MemberExpression' && node.computed && node.object.type !== 'Super') {
      if (!contains(node.object, evaluatesOnce)) {
        insert(node.property.start, `$index(${text(node.object)}, `);
        insert(node.property.end, `, ${place(node)})`);
      } else if (!isTarget && !node.optional) {
        insert(node.start, '$read(');
        insert(node.object.end, `${closing(node.object.end, node.property.start)}, `, node.property.start);
        insert(node.property.end, `, ${place(node)})`, node.end);
      } else throw new Error(`no check for ${text(node)}`);
    }
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && !node.callee.computed) {
      const { object, property, optional } = node.callee;
      if (property.type === 'Identifier' && indexMethods.has(property.name) && !optional && object.type !== 'Super') {
        insert(node.callee.start, '$method(');
        const parentheses = closing(object.end, property.start);
        insert(object.end, `${parentheses}, '${property.name}', ${place(node)})`, node.callee.end);
      }
    }
    if (node.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === 'Function') {
      insert(node.start, '$function', node.callee.end);
    }
    if (loops.has(node.type)) {
      const { body } = node as AnyNode & { body: AnyNode };
      if (body.type === 'BlockStatement') insert(body.start + 1, ' $turn();');
      else {
        insert(body.start, '{ $turn(); ');
        insert(body.end, ' }');
      }
    }
    for (const [key, child] of childrenOf(node)) {
      visit(child, (node.type === 'AssignmentExpression' && key === 'left') || node.type === 'UpdateExpression');
    }
  };
  visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module', allowReturnOutsideFunction: true }), false);

  // Of two edits at one place the one of the outer node was noted first and must come first before, last behind; ends never meet starts.
  let result = '';
  let done = 0;
  const starts = edits.map((edit, order) => ({ ...edit, order }));
  starts.sort((a, b) => a.at - b.at || a.order - b.order);
  for (const edit of starts) {
    result += source.slice(done, Math.max(done, edit.at)) + edit.text;
    done = Math.max(done, edit.until, edit.at);
  }
  return result + source.slice(done);
}

function childrenOf(node: AnyNode): [string, AnyNode][] {
  return Object.entries(node).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((child) => typeof child === 'object' && child !== null && typeof child.type === 'string')
      .map((child): [string, AnyNode] => [key, child]),
  );
}

function contains(node: AnyNode, types: ReadonlySet<string>): boolean {
  return types.has(node.type) || childrenOf(node).some(([, child]) => contains(child, types));
}

/** Bundles, instruments and loads the emulator. */
export async function checkedEmulator(): Promise<Emulator> {
  const built = await Bun.build({ entrypoints: [join(import.meta.dir, 'fuzzEntry.ts')], target: 'bun' });
  if (!built.success) throw new AggregateError(built.logs, 'the emulator does not build');
  const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-checked-'));
  try {
    const path = join(folder, 'emulator.js');
    writeFileSync(path, instrumented(await built.outputs[0].text()));
    // Loading fills tables; a limit that another test file has set is not meant for that.
    turns.limit = Number.POSITIVE_INFINITY;
    return await import(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
