/** Files and folders that are whole or not there, and the words for what a user can mend. */
import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import {
  makeFolderAtomically,
  removeUnfinished,
  unfinishedPrefix,
  whileWriting,
  writeAtomically,
} from '../../src/run/files.ts';
import { availableMemoryBytes, bytesText, requireReplayMemory } from '../../src/run/memory.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('writeAtomically', () => {
  test('replaces a file and leaves nothing beside it', () => {
    const path = join(folder, 'a', 'file');
    mkdirSync(join(folder, 'a'));
    writeAtomically(path, bytes('old'));
    writeAtomically(path, bytes('new '), bytes('text'));
    expect(readFileSync(path, 'utf8')).toBe('new text');
    expect(readdirSync(join(folder, 'a'))).toEqual(['file']);
  });

  test('says where it cannot write, and leaves the old file', () => {
    const path = join(folder, 'plain', 'file');
    writeFileSync(join(folder, 'plain'), 'a file, no folder');
    expect(() => writeAtomically(path, bytes('x'))).toThrow(UserError);
    expect(() => writeAtomically(path, bytes('x'))).toThrow(path);
  });
});

describe('makeFolderAtomically', () => {
  test('a failure half-way leaves what was there before', async () => {
    const path = join(folder, 'checkpoint');
    await makeFolderAtomically(path, (inside) => writeFileSync(join(inside, 'one'), '1'));
    const failing = makeFolderAtomically(path, async (inside) => {
      writeFileSync(join(inside, 'two'), '2');
      await Promise.resolve();
      throw new Error('power cut');
    });
    await expect(failing).rejects.toThrow('power cut');
    expect(readdirSync(path)).toEqual(['one']);
    expect(readdirSync(folder).filter((name) => name.startsWith(unfinishedPrefix))).toEqual([]);
  });

  test('is not at its place before it is full', async () => {
    const path = join(folder, 'later');
    await makeFolderAtomically(path, async () => {
      await Promise.resolve();
      expect(existsSync(path)).toBe(false);
    });
    expect(existsSync(path)).toBe(true);
  });

  test('replaces a folder that is there', async () => {
    const path = join(folder, 'checkpoint');
    await makeFolderAtomically(path, (inside) => writeFileSync(join(inside, 'three'), '3'));
    expect(readdirSync(path)).toEqual(['three']);
  });

  test('where nothing can be written the line names the path', async () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file', 'checkpoint');
    await expect(makeFolderAtomically(path, () => {})).rejects.toThrow(`Cannot write to ${path}: `);
  });
});

test('removeUnfinished takes leftovers only', () => {
  const place = join(folder, 'leftovers');
  mkdirSync(join(place, `${unfinishedPrefix}123-step`), { recursive: true });
  mkdirSync(join(place, 'step-000000001'));
  removeUnfinished(place);
  expect(readdirSync(place)).toEqual(['step-000000001']);
});

test('a failure that no user can mend stays what it is', () => {
  const fail = (): never => {
    throw new TypeError('a mistake of ours');
  };
  expect(() => whileWriting('x', fail)).toThrow(TypeError);
});

describe('memory', () => {
  test('a million steps are refused where 3 GB are available, and what fits is named', () => {
    expect(() => requireReplayMemory(1_000_000, 7.062e9, 3e9)).toThrow(
      'A replay memory of 1,000,000 transitions takes 7.06 GB, and 3.00 GB are available.',
    );
    try {
      requireReplayMemory(1_000_000, 7.062e9, 3e9);
    } catch (error) {
      const fitting = Number(/--replay-capacity (\d+)/.exec((error as UserError).hint)?.[1]);
      expect(fitting).toBe(380_000);
      expect(() => requireReplayMemory(fitting, fitting * 7062, 3e9)).not.toThrow();
    }
  });

  test('both sides of the boundary', () => {
    expect(() => requireReplayMemory(100, 1000, 1000)).not.toThrow();
    expect(() => requireReplayMemory(100, 1001, 1000)).toThrow(UserError);
  });

  test('this machine has some', () => expect(availableMemoryBytes()).toBeGreaterThan(1e6));

  test('bytes in words', () => {
    expect(bytesText(999)).toBe('999 bytes');
    expect(bytesText(70_620_000)).toBe('70.6 MB');
    expect(bytesText(7_062_000_000)).toBe('7.06 GB');
  });
});
