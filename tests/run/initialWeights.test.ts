/** Weights to begin with: of a file, of a run and of its best, and what is no use is one line. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dqn } from '../../src/agent/dqn.ts';
import { encodeSafetensors } from '../../src/agent/safetensors.ts';
import { agentOptions } from '../../src/run/configuration.ts';
import { beginWith, readInitialWeights } from '../../src/run/initialWeights.ts';
import { BrightHalf } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { complaint, configured, folder, going, removeFolder, started } from './fakeRun.ts';

afterAll(removeFolder);

let runFolder = '';
let lastWeight = 0;
beforeAll(async () => {
  const run = started({ steps: 75 });
  await run.training.run(going);
  await run.training.save();
  run.training.close();
  runFolder = run.runFolder;
  lastWeight = (await run.agent.weights())[0].data[0];
});

const read = (initialWeights: string | null, initialBest = false) =>
  readInitialWeights({ initialWeights, initialBest });
const firstOf = (weights: ReturnType<typeof read>) => weights!.tensors[0].data[0];

test('of a run its newest ones, its best ones, those of one checkpoint, a file', () => {
  expect(read(null)).toBeUndefined();
  const checkpoint = join(runFolder, 'checkpoints', 'step-000000075');
  expect(firstOf(read(runFolder))).toBe(lastWeight);
  expect(read(runFolder)!.path).toBe(join(checkpoint, 'weights.safetensors'));
  expect(firstOf(read(checkpoint))).toBe(lastWeight);
  const best = read(runFolder, true)!;
  expect(best.path).toBe(join(runFolder, 'best.safetensors'));
  // After the tenth game, at step 70.
  expect(firstOf(best)).toBeLessThan(lastWeight);
  expect(firstOf(read(best.path))).toBe(firstOf(best));
});

test('none, no run, and the best of a file', async () => {
  expect(await complaint(() => read('nowhere.safetensors'))).toContain('no weights at nowhere.safetensors');
  expect(await complaint(() => read(folder))).toContain('is no run folder');
  const file = join(runFolder, 'best.safetensors');
  expect(await complaint(() => read(file, true))).toContain('--initial-best needs a run folder');
  const damaged = join(folder, 'damaged.safetensors');
  writeFileSync(damaged, 'nonsense');
  expect(await complaint(() => read(damaged))).toContain('are damaged');
});

test('both networks begin with them, by our names or another program’s; those of another network are refused', async () => {
  const gpu = await testGpu();
  const configuration = configured({ network: 'nips2013', observationSize: 36, stack: 2, seed: 3 });
  const create = (seed: number) => Dqn.create(gpu, new BrightHalf(36, 1), { ...agentOptions(configuration), seed });
  const theirs = await (await create(9)).weights();
  const path = join(folder, 'theirs.safetensors');
  for (const rename of [(name: string) => name, (name: string) => `network.${name.replace('out', 'head')}`]) {
    const tensors = theirs.map((tensor) => ({ ...tensor, name: rename(tensor.name) }));
    writeFileSync(path, Buffer.concat(encodeSafetensors({ tensors, metadata: {} })));
    const agent = await create(3);
    expect(await agent.weights()).not.toEqual(theirs);
    beginWith(agent, configuration, 2, read(path)!);
    expect(await agent.weights()).toEqual(theirs);
    const { arrays } = await agent.save();
    const [online, target] = ['online', 'target'].map((name) => arrays.find((array) => array.name === name)!.data);
    expect(target).toEqual(online);
  }
  const agent = await create(3);
  const other = { path: 'other.safetensors', tensors: theirs.slice(1) };
  expect(await complaint(() => beginWith(agent, configuration, 2, other))).toMatch(
    /^The weights other\.safetensors do not fit the network nips2013: .* --network/,
  );
}, 60_000);
