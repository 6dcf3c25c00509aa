import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunStatusFile, readRunStatus } from '../../src/run/runStatus.ts';

const root = mkdtempSync(join(tmpdir(), 'wgsl-dqn-status-'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(root, 'run-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('status.json', () => {
  test('says which process works on the run, and since when', async () => {
    const beganMs = Date.now();
    const status = new RunStatusFile(folder);
    const first = readRunStatus(folder)!;
    expect(first).toEqual({
      ...{ state: 'running', pid: process.pid, host: hostname() },
      ...{ startedAtMs: first.startedAtMs, updatedAtMs: first.updatedAtMs },
    });
    expect(first.startedAtMs).toBeGreaterThanOrEqual(beganMs);
    await Bun.sleep(3);
    status.update();
    const second = readRunStatus(folder)!;
    expect(second.startedAtMs).toBe(first.startedAtMs);
    expect(second.updatedAtMs).toBeGreaterThan(first.updatedAtMs);
    expect(readdirSync(folder)).toEqual(['status.json']);
  });

  test.each([
    ['steps', 'finished'],
    ['target', 'finished'],
    ['stopped', 'stopped'],
  ] as const)('the end %s is %s', (end, state) => {
    new RunStatusFile(folder).ended(end);
    expect(readRunStatus(folder)).toMatchObject({ state, end });
  });

  test('an error is one line', () => {
    new RunStatusFile(folder).failed('The GPU is gone.\n  Driver: x\n');
    expect(readRunStatus(folder)).toMatchObject({ state: 'failed', error: 'The GPU is gone. Driver: x' });
  });

  test.each(['', '{', 'null', '{"state":"asleep","pid":1,"updatedAtMs":1}', '{"state":"running"}'])(
    'nothing is made of %j',
    (text) => {
      writeFileSync(join(folder, 'status.json'), text);
      expect(readRunStatus(folder)).toBeUndefined();
    },
  );

  test('a run goes on where it cannot be written', () => {
    expect(readRunStatus(join(folder, 'gone'))).toBeUndefined();
    const status = new RunStatusFile(join(folder, 'gone'));
    status.ended('steps');
    expect(readdirSync(folder)).toEqual([]);
  });
});
