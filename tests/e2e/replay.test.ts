/** `--replay`: a run's result and its checkpoints are the same wherever the frames lie, also where that changes in its middle. */
import { afterAll, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, ended, metricsOf, small, start, temporaryFolder, weightsHash } from './cli.ts';

const { folder, remove } = temporaryFolder('replay');
afterAll(remove);

const train = (name: string, ...more: string[]) => {
  const ends = ['--steps', '300', '--checkpoint-every', '70', '--keep', '9'];
  return ['train', 'catch', ...small, ...ends, '--out', folder, '--name', name, ...more];
};
const runFolder = (name: string) => join(folder, name);

/** The files of the replay memory in a checkpoint, with their checksums. */
function replayFiles(name: string, step: number): [string, unknown][] {
  const path = join(runFolder(name), 'checkpoints', `step-${String(step).padStart(9, '0')}`, 'manifest.json');
  const { files } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.entries(files).filter(([file]) => file.startsWith('replay-'));
}

test('on the host and on the GPU: the same weights, metrics and replay files, in a ring that has wrapped', async () => {
  const host = await cli(train('host', '--replay', 'host'));
  const device = await cli(train('device', '--replay', 'device'));
  expect(host.stdout).toMatch(/^Replay memory: .* on the host \(--replay host\)$/m);
  expect(device.stdout).toMatch(/^Replay memory: .* on the GPU \(--replay device\)$/m);
  expect(weightsHash(device)).toBe(weightsHash(host));
  expect(metricsOf(runFolder('device'))).toEqual(metricsOf(runFolder('host')));
  for (const step of [70, 280]) {
    expect(replayFiles('host', step)).toHaveLength(4);
    expect(replayFiles('device', step)).toEqual(replayFiles('host', step));
  }
  const { configuration } = JSON.parse(readFileSync(join(runFolder('device'), 'config.json'), 'utf8'));
  expect(configuration.replay).toBe('device');
}, 120_000);

test.each([
  ['device', 'host'],
  ['host', 'device'],
])(
  'killed on the %s and resumed on the %s it ends the same',
  async (first, second) => {
    const name = `${first}-to-${second}`;
    const process = start(train(name, '--replay', first));
    const reached = join(runFolder(name), 'checkpoints', 'step-000000140');
    const endMs = performance.now() + 60_000;
    while (!existsSync(reached) && performance.now() < endMs) await Bun.sleep(5);
    process.kill('SIGKILL');
    expect((await ended(process)).code).not.toBe(0);
    const rest = await cli(['train', '--resume', runFolder(name), '--replay', second]);
    expect(rest.stdout).toMatch(/^Resumed from: .*step-000000(140|210)/m);
    expect(rest.stdout).toContain(`(--replay ${second})`);
    const whole = readFileSync(join(runFolder('host'), 'checkpoints', 'step-000000300', 'weights.safetensors'));
    const mixed = readFileSync(join(runFolder(name), 'checkpoints', 'step-000000300', 'weights.safetensors'));
    expect(mixed).toEqual(whole);
    expect(metricsOf(runFolder(name))).toEqual(metricsOf(runFolder('host')));
    expect(replayFiles(name, 300)).toEqual(replayFiles('host', 300));
  },
  120_000,
);
