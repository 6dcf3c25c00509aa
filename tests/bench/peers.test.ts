/** The comparison with other libraries, as much of it as needs none of them: what is right, what is called wrong, formats, the hint. */
import { describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Expected, expectedAnswers, wrongIn } from '../../bench/peers/check.ts';
import { requireInstalled } from '../../bench/peers/command.ts';
import { PeerProcess } from '../../bench/peers/peerProcess.ts';
import type { Answers } from '../../bench/peers/protocol.ts';
import { markdownTable, type PeersResults, textReport, timing } from '../../bench/peers/results.ts';
import { channelsLast, createFixture, decodeFixture, encodeFixture, stateBytes } from '../../bench/peers/work.ts';
import { UserError } from '../../src/errors.ts';

const folder = join(import.meta.dir, '../../bench/peers');
const fixture = createFixture();

describe('the fixture', () => {
  test('comes back from its file', () => {
    expect(decodeFixture(encodeFixture(fixture))).toEqual(fixture);
  });

  test('has next states that share frames with the states, and networks that differ', () => {
    const frameBytes = stateBytes / 4;
    expect(fixture.nextState.subarray(0, 3 * frameBytes)).toEqual(fixture.state.subarray(frameBytes, stateBytes));
    expect(fixture.online[0].data).not.toEqual(fixture.target[0].data);
  });

  test('is turned to channels last', () => {
    const turned = channelsLast(fixture.state);
    const [sample, channel, pixel] = [3, 2, 4567];
    expect(turned[sample * stateBytes + pixel * 4 + channel]).toBe(
      fixture.state[sample * stateBytes + channel * 84 * 84 + pixel],
    );
  });
});

describe('what is right', () => {
  // Some 2 GFLOP in f64 in plain loops.
  const expected = expectedAnswers(fixture);

  test('is the f64 update: states with different actions, a loss that uses the target network', () => {
    expect(expected.loss).toBeCloseTo(0.66760824326, 9);
    expect(new Set(expected.actions).size).toBeGreaterThanOrEqual(4);
    expect(expectedAnswers({ ...fixture, target: fixture.online }).loss).not.toBeCloseTo(expected.loss, 3);
    for (const { before, after } of expected.weights) expect(after).not.toEqual(before);
  }, 120_000);

  test('is what this project answers, in a process of its own', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'peers-test-'));
    const paths = [join(temporary, 'fixture.safetensors'), join(temporary, 'weights')];
    writeFileSync(paths[0], encodeFixture(fixture));
    const peer = new PeerProcess([process.execPath, join(folder, 'ours.ts'), ...paths]);
    try {
      const message = await peer.next();
      if (!('ready' in message)) throw new Error(JSON.stringify(message));
      const weights = new Float32Array(new Uint8Array(readFileSync(paths[1])).buffer);
      expect(wrongIn({ ...message.ready, weights }, expected)).toBeUndefined();
      const measured = await peer.ask('forward1', 1);
      expect('samples' in measured && measured.samples.length).toBeGreaterThanOrEqual(3);
    } finally {
      await peer.end();
      rmSync(temporary, { recursive: true });
    }
  }, 120_000);
});

describe('a wrong answer is found', () => {
  const weights = [
    { name: 'a.weight', before: Float32Array.of(1, 2, 3), after: Float32Array.of(1.001, 2.002, 2.999) },
    { name: 'a.bias', before: Float32Array.of(0), after: Float32Array.of(-0.001) },
  ];
  const expected: Expected = { loss: 0.5, actions: [1, 2], weights };
  const right: Answers = {
    actions: [1, 2],
    action: 1,
    loss: 0.5,
    weights: Float32Array.of(1.001, 2.002, 2.999, -0.001),
  };

  test('and a right one is not', () => {
    expect(wrongIn(right, expected)).toBeUndefined();
    expect(wrongIn({ ...right, loss: 0.50004 }, expected)).toBeUndefined();
    expect(wrongIn({ actions: [1, 2], action: 1 }, expected)).toBeUndefined();
  });

  test.each<[string, Partial<Answers>, string]>([
    ['actions', { actions: [1, 3] }, 'forward of 32 gives other actions'],
    ['too few actions', { actions: [1] }, 'forward of 32 gives other actions'],
    ['the action', { action: 2 }, 'forward of 1 gives the action 2, not 1'],
    ['the loss', { loss: 0.50006 }, 'the loss is 0.50006, not 0.5'],
    ['no number', { loss: Number.NaN }, 'the loss is NaN, not 0.5'],
    [
      'a step not taken',
      { weights: Float32Array.of(1.001, 2.002, 2.999, 0) },
      'step of a.bias is off by 1.0 of its length',
    ],
    [
      'a step 2 % too long',
      { weights: Float32Array.of(1.00102, 2.00204, 2.99898, -0.001) },
      'step of a.weight is off by',
    ],
    ['a weight that is NaN', { weights: Float32Array.of(Number.NaN, 2, 3, 0) }, 'step of a.weight is off by NaN'],
    ['too few weights', { weights: Float32Array.of(1) }, 'gives 1 weights, not 4'],
  ])('%s', (_, change, reason) => {
    expect(wrongIn({ ...right, ...change }, expected)).toContain(reason);
  });
});

const results: PeersResults = {
  what: 'bun run bench peers',
  date: '2026-11-21T12:00:00.000Z',
  commit: '0123456789abcdef',
  dirty: false,
  cpu: 'a CPU',
  cores: 2,
  bun: '1.4.4',
  load: { before: 0.2, after: 2 },
  seconds: 6,
  expectedLoss: 0.5,
  rows: [
    {
      name: 'wgsl-dqn',
      version: '0.1.0',
      adapter: 'a GPU',
      poll: 'replaced',
      loss: 0.5,
      update: timing([3, 1, 2, 400]),
      forward32: timing([123.456]),
      forward1: timing([0.25, 0.35]),
    },
    {
      name: 'onnxruntime',
      version: '1.30.0',
      adapter: 'CPU',
      poll: 'none',
      forward32: timing([3]),
      forward1: timing([1]),
    },
  ],
  absent: [
    { name: 'pytorch-cpu', wrong: false, reason: 'python3 has no torch' },
    { name: 'jax-js', wrong: true, reason: 'the loss is 1, not 0.5' },
  ],
};

describe('the report', () => {
  test('has median and 90th percentile', () => {
    expect(timing([3, 1, 2, 400])).toEqual({ medianMs: 2.5, p90Ms: 400, samples: 4 });
    expect(timing(Array.from({ length: 101 }, (_, i) => 100 - i))).toEqual({ medianMs: 50, p90Ms: 90, samples: 101 });
  });

  test('is a table with what is absent and why', () => {
    const text = textReport(results);
    expect(text[0]).toBe('2 cores of a CPU, Bun 1.4.4, 2026-11-21, commit 0123456789; load 0.2 before, 2.0 after');
    expect(text[3].split(/ {2,}/)).toEqual([
      'wgsl-dqn',
      '0.1.0',
      'a GPU',
      'replaced',
      '2.50 (400)',
      '123 (123)',
      '0.300 (0.350)',
    ]);
    expect(text[4].split(/ {2,}/)[4]).toBe('-');
    expect(text).toContain('pytorch-cpu: not here: python3 has no torch');
    expect(text).toContain('jax-js: wrong, so not timed: the loss is 1, not 0.5');
    expect(textReport({ ...results, load: { before: 1.5, after: 2 } })[0]).toContain('measure again');
  });

  test('is Markdown for a page', () => {
    const lines = markdownTable(results).split('\n');
    expect(lines).toContain('| onnxruntime | 1.30.0 | CPU | none | - | 3.00 (3.00) | 1.00 (1.00) |');
    expect(lines).toContain('- pytorch-cpu: not here: python3 has no torch');
  });

  test('has no field that the README does not describe', () => {
    const page = readFileSync(join(folder, 'README.md'), 'utf8').split('## The JSON')[1];
    const described = new Set(page.match(/\w+/g));
    const fields = [results, results.rows[0], results.rows[0].forward1, results.absent[0]].flatMap(Object.keys);
    expect(fields.filter((field) => !described.has(field))).toEqual([]);
  });
});

describe('a user', () => {
  test('who has not installed the libraries is told how in one line', () => {
    expect(() => requireInstalled(true)).not.toThrow();
    try {
      requireInstalled(false);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const { message, hint } = error as UserError;
      expect(`${message} ${hint}`).toBe(
        'The libraries to compare with are not installed. Run: (cd bench/peers && npm ci)',
      );
    }
  });

  test('of the project alone installs none of them', () => {
    const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies as Record<string, string>;
    const root = readFileSync(join(folder, '../../package-lock.json'), 'utf8');
    for (const [name, version] of Object.entries(own)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(root).not.toContain(`node_modules/${name}"`);
    }
    expect(readFileSync(join(folder, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});

test('a process that ends without a word has failed', async () => {
  const silent = new PeerProcess([process.execPath, '-e', 'console.error("first\\nno such thing"); process.exit(3)']);
  expect(await silent.next()).toEqual({ failed: 'no such thing (exit code 3)' });
  const missing = new PeerProcess(['/no/such/program']);
  expect(await missing.next()).toEqual({ failed: '/no/such/program does not start' });
  await missing.end();
});
