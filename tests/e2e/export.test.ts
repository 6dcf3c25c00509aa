/** `bun run export` on a run of the real command line, its files read by readers that are not ours. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { architecture } from '../../src/agent/architecture.ts';
import { fromNamedArrays } from '../../src/agent/weights.ts';
import { expectClose } from '../support/kernelTest.ts';
import { forwardReference } from '../support/referenceNetwork.ts';
import { readIndependently } from '../support/safetensorsReader.ts';
import { cli, small, temporaryFolder } from './cli.ts';

ort.env.wasm.numThreads = 1;

const { folder, remove } = temporaryFolder('export');
afterAll(remove);
const runs = join(folder, 'runs');
const run = join(runs, 'exported');

beforeAll(async () => {
  const words = ['train', 'catch', ...small, '--network', 'dueling-small', '--steps', '120', '--seed', '5'];
  const { code, stderr } = await cli([...words, '--out', runs, '--name', 'exported']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
}, 240_000);

const exported = async (...words: string[]) => cli(['export', '--run', run, ...words]);
const shape = architecture('dueling-small', 36, 2, 3);

test('safetensors: the newest weights, as PyTorch names and lays them out', async () => {
  const out = join(folder, 'weights.safetensors');
  const { code, stdout, stderr } = await exported('--format', 'safetensors', '--out', out);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { tensors, metadata } = readIndependently(readFileSync(out));
  expect(tensors.map(({ name, dtype, shape: extents }) => `${name} ${dtype} ${extents.join('x')}`)).toEqual([
    'conv1.weight F32 16x2x8x8',
    'conv2.weight F32 32x16x4x4',
    'conv3.weight F32 256x32x3x3',
    'value.weight F32 1x128',
    'value.bias F32 1',
    'advantage.weight F32 3x128',
    'advantage.bias F32 3',
  ]);
  expect(metadata).toEqual({
    ...{ format: 'pt', game: 'catch', network: 'dueling-small', observationSize: '36', stack: '2' },
    ...{ actions: '3', agentSteps: '120' },
  });
  const checkpoint = join(run, 'checkpoints', readdirSync(join(run, 'checkpoints')).sort().at(-1)!);
  const stored = readIndependently(readFileSync(join(checkpoint, 'weights.safetensors')));
  expect(tensors).toEqual(stored.tensors);
  expect(stdout).toContain('120 steps of training, SHA-256 ');
  expect(stdout).toContain(`Wrote ${out}: the network dueling-small of catch, 3 actions, `);
});

test('ONNX: onnxruntime gives the Q values of the same weights', async () => {
  const [weightsFile, out] = [join(folder, 'again.safetensors'), join(folder, 'network.onnx')];
  expect((await exported('--out', weightsFile)).code).toBe(0);
  expect((await exported('--format', 'onnx', '--out', out)).code).toBe(0);
  const { tensors } = readIndependently(readFileSync(weightsFile));
  const arrays = tensors.map(({ values, ...tensor }) => ({ ...tensor, data: Float32Array.from(values) }));
  const batch = 2;
  const bytes = Uint8Array.from({ length: batch * 2 * 36 * 36 }, (_, i) => (i * 7919) % 256);
  const states = framesStackReference(bytes, Uint32Array.of(0, 1, 2, 3), 36 * 36, 2);
  const expected = forwardReference(shape, Float64Array.from(fromNamedArrays(shape, arrays)), states, batch).at(-1)!;
  const session = await ort.InferenceSession.create(readFileSync(out));
  const input = new ort.Tensor('float32', Float32Array.from(bytes), [batch, 2, 36, 36]);
  const { values } = await session.run({ states: input });
  expect(values.dims).toEqual([batch, 3]);
  // f32 sums of up to 512 products through four layers, of values below 1.
  expectClose('values', values.data as Float32Array, expected, 1e-6);
});

test('--best takes the best weights, or says that there are none', async () => {
  const out = join(folder, 'best.safetensors');
  const best = join(run, 'best.safetensors');
  // A hundred steps finish no hundred games: the best is made here.
  const weights = join(folder, 'of-best.safetensors');
  expect((await exported('--out', weights)).code).toBe(0);
  const bytes = readFileSync(weights);
  bytes.writeFloatLE(0.375, bytes.length - 4);
  rmSync(best, { force: true });
  const none = await exported('--best', '--out', out);
  expect([none.code, none.stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
  expect(none.stderr).toContain(`The run in ${run} has no best weights yet.`);
  writeFileSync(best, bytes);
  expect((await exported('--best', '--out', out)).code).toBe(0);
  expect(readIndependently(readFileSync(out)).tensors.at(-1)!.values.at(-1)).toBe(0.375);
});

test('a file that is there is left alone, unless --force', async () => {
  const out = join(folder, 'there.onnx');
  writeFileSync(out, 'mine');
  const refused = await exported('--format', 'onnx', '--out', out);
  expect([refused.code, refused.stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
  expect(refused.stderr).toContain(`There is a file ${out} already.`);
  expect(readFileSync(out, 'utf8')).toBe('mine');
  expect((await exported('--format', 'onnx', '--out', out, '--force')).code).toBe(0);
  expect(readFileSync(out).length).toBeGreaterThan(1000);
});

test.each([
  [['--format', 'onx'], 'Did you mean "onnx"?'],
  [['--out', '.'], '. is a folder.'],
  [['--out', '/nonexistent/x.onnx'], 'Cannot write to /nonexistent/x.onnx'],
] as const)('one line for %p', async (words, message) => {
  const { code, stdout, stderr } = await exported(...words);
  expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([1, '', 1]);
  expect(stderr).toContain(message);
});

test('one line for a run that is not named, is not there, or came to no checkpoint', async () => {
  const empty = join(folder, 'empty');
  await Bun.write(join(empty, 'config.json'), '{}');
  for (const [words, message] of [
    [[], 'No run is named.'],
    [['--run', join(folder, 'nowhere')], 'There is no run folder'],
    [['--run', empty], 'was interrupted before its first checkpoint'],
  ] as const) {
    const { code, stdout, stderr } = await cli(['export', ...words]);
    expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([1, '', 1]);
    expect(stderr).toContain(message);
  }
  expect(existsSync('exported.safetensors')).toBe(false);
});
