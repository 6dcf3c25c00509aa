/** Weights that ship with the project: what is written is what is read, and what is wrong with them is one line. */
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPretrained, pretrainedGames, writePretrained } from '../../src/run/pretrained.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { complaint } from './fakeRun.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-pretrained-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const trained = {
  configuration: resolveConfiguration({
    game: 'pong',
    flags: { preset: 'pong-cpu', rom: '/some/where/pong.bin', out: '/some/where', name: 'mine', seed: 7 },
  }),
  cartridge: { title: 'Pong (our own)', md5: 'a'.repeat(32), bytes: 2048 },
  weights: [
    { name: 'out.weight', shape: [2, 3], data: Float32Array.of(1, -2, 3, 0.5, 0, 7) },
    { name: 'out.bias', shape: [2], data: Float32Array.of(0.25, -1) },
  ],
  agentSteps: 1000,
  score: { meanReward: 18.5, episodes: 30, epsilon: 0.05, seed: 1 },
};

test('are read as they were written, without the places of the machine that trained them', () => {
  const at = join(folder, 'whole');
  expect(writePretrained(at, trained)).toEqual([join(at, 'pong.safetensors'), join(at, 'pong.json')]);
  expect(readdirSync(at).sort()).toEqual(['pong.json', 'pong.safetensors']);
  const { configuration, weightsSha256, ...read } = openPretrained('pong', at);
  const { configuration: before, ...rest } = trained;
  expect(read).toEqual({ ...rest, weightsPath: join(at, 'pong.safetensors') });
  expect(configuration).toEqual({ ...before, rom: null, out: 'runs', name: null });
  expect(readFileSync(join(at, 'pong.json'), 'utf8')).not.toContain('/some/where');
  expect(weightsSha256).toBe(new Bun.CryptoHasher('sha256').update(dataOf(join(at, 'pong.safetensors'))).digest('hex'));
});

/** The data part of a safetensors file. */
function dataOf(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}

test('a game without any: a line with those that have them', async () => {
  const at = join(folder, 'two');
  expect(pretrainedGames(at)).toEqual([]);
  const none = 'There are no trained weights for pong. No game has any yet; train an agent.';
  expect(await complaint(() => openPretrained('pong', at))).toBe(none);
  writePretrained(at, trained);
  const configuration = resolveConfiguration({ game: 'catch' });
  writePretrained(at, { ...trained, configuration });
  expect(pretrainedGames(at)).toEqual(['catch', 'pong']);
  const others = 'There are no trained weights for bricks. Games that have them: catch, pong.';
  expect(await complaint(() => openPretrained('bricks', at))).toBe(others);
});

test('other weights than the record’s, damaged ones, none, and a foreign record', async () => {
  const at = join(folder, 'damaged');
  const [weights, record] = writePretrained(at, trained);
  const [goodWeights, goodRecord] = [readFileSync(weights), readFileSync(record, 'utf8')];
  const changed = Buffer.from(goodWeights);
  changed[changed.length - 1] ^= 1;
  writeFileSync(weights, changed);
  expect(await complaint(() => openPretrained('pong', at))).toMatch(/pong\.safetensors are not those of .*SHA-256/);
  writeFileSync(weights, goodWeights.subarray(0, 20));
  expect(await complaint(() => openPretrained('pong', at))).toContain('are damaged');
  rmSync(weights);
  expect(await complaint(() => openPretrained('pong', at))).toContain('no weights at');
  writeFileSync(weights, goodWeights);
  for (const [bad, reason] of [
    [goodRecord.slice(0, 50), 'not valid JSON'],
    [goodRecord.replace('pretrained 1', 'pretrained 2'), 'says nothing of trained weights'],
    [goodRecord.replace('"meanReward"', '"meanReword"'), 'says nothing of trained weights'],
    [goodRecord.replace(/"discount": [\d.]+/, '"discount": 98'), 'cannot use'],
  ]) {
    expect(bad).not.toBe(goodRecord);
    writeFileSync(record, bad);
    expect(await complaint(() => openPretrained('pong', at))).toContain(reason);
  }
  writeFileSync(record, goodRecord);
  expect(openPretrained('pong', at).agentSteps).toBe(1000);
});
