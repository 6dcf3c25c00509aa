/**
 * The whole program on a real cartridge image: equal seeds give equal weights, a stopped and a killed run go on to the same weights,
 * what a run writes can be read, and its agent evaluated and shown.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { compareRuns } from '../../src/run/compareRuns.ts';
import { cli, type Ended, ended, metricsOf, projectFolder, small, start, temporaryFolder, weightsHash } from './cli.ts';

const { folder, remove } = temporaryFolder('train');
afterAll(remove);

const steps = 260;
const out = ['--out', folder];
const train = (name: string, ...more: string[]) => ['train', 'catch', ...small, ...out, '--name', name, ...more];
const runFolder = (name: string) => join(folder, name);

let whole: Ended;
beforeAll(async () => {
  whole = await cli(train('whole', '--steps', String(steps)));
}, 120_000);

describe('a run', () => {
  test('ends with the SHA-256 of its weights, as anyone can compute it from the file', () => {
    const [checkpoint] = readdirSync(join(runFolder('whole'), 'checkpoints'));
    const file = readFileSync(join(runFolder('whole'), 'checkpoints', checkpoint, 'weights.safetensors'));
    const header = JSON.parse(file.toString('utf8', 8, 8 + file.readUInt32LE(0)));
    expect(Object.keys(header).filter((name) => name !== '__metadata__')).toEqual([
      ...[
        'conv1.weight',
        'conv1.bias',
        'conv2.weight',
        'conv2.bias',
        'fc1.weight',
        'fc1.bias',
        'out.weight',
        'out.bias',
      ],
    ]);
    expect(header['conv1.weight']).toMatchObject({ dtype: 'F32', shape: [16, 2, 8, 8] });
    const data = file.subarray(8 + file.readUInt32LE(0));
    expect(weightsHash(whole)).toBe(createHash('sha256').update(data).digest('hex'));
  });

  test('says which cartridge, which adapter, how much memory, which folder', () => {
    const md5 = createHash('md5')
      .update(readFileSync(join(projectFolder, 'roms', 'catch.bin')))
      .digest('hex');
    expect(whole.stdout).toMatch(new RegExp(`^Cartridge: .*Catch.*, 2,048 bytes, MD5 ${md5}`, 'm'));
    expect(whole.stdout).toMatch(/^Adapter: \S+/m);
    expect(whole.stdout).toMatch(
      /^Replay memory: 250 transitions, (326 kB of .* available on the host|frames of 324 kB on the GPU) \(.+\)$/m,
    );
    expect(whole.stdout).toContain(`Run folder: ${runFolder('whole')}\n`);
    expect(whole.stdout).toMatch(/^\d+ steps \| \d+ games \| mean100 .* steps\/s \| .* updates\/s/m);
    expect(whole.stderr).toBe('');
  });

  test('learns: weights moved and the loss is a number', () => {
    const progress = metricsOf(runFolder('whole')).filter(({ type }) => type === 'progress');
    expect(progress.map(({ agentSteps }) => agentSteps)).toEqual([50, 100, 150, 200, 250]);
    expect(progress[0]).toMatchObject({ updates: 0, meanLoss: null, meanQ: null });
    expect(progress[4]['updates']).toBe(190);
    expect(progress[4]['meanLoss']).toBeGreaterThan(0);
    expect(progress[4]['epsilon']).toBeCloseTo(1 - (0.98 * 249) / 4000, 10);
  });

  test('keeps its games, unclipped, and what it ran on', () => {
    const games = metricsOf(runFolder('whole')).filter(({ type }) => type === 'episode');
    expect(games.length).toBeGreaterThanOrEqual(2);
    for (const { reward } of games) expect(Math.abs(reward as number)).toBeLessThanOrEqual(10);
    const config = JSON.parse(readFileSync(join(runFolder('whole'), 'config.json'), 'utf8'));
    expect(config.configuration).toMatchObject({ game: 'catch', preset: 'quick', learnStart: 60, steps });
    expect(config.cartridge.md5).toMatch(/^[0-9a-f]{32}$/);
    expect(config.adapter.kind).toMatch(/^(hardware|lavapipe|swiftshader|software)$/);
    expect(config.versions.bun).toBe(Bun.version);
  });
});

describe('to the bit', () => {
  test('the same seed gives the same weights and metrics, another seed others', async () => {
    const again = await cli(train('again', '--steps', String(steps)));
    expect(weightsHash(again)).toBe(weightsHash(whole));
    expect(metricsOf(runFolder('again'))).toEqual(metricsOf(runFolder('whole')));
    const other = await cli(train('other', '--steps', '100', '--seed', '2'));
    const same = await cli(train('same', '--steps', '100'));
    expect(weightsHash(other)).not.toBe(weightsHash(same));
  }, 120_000);

  test('a run stopped by Ctrl-C says how to go on, and ends as if it had not been stopped', async () => {
    const process = start(train('stopped', '--steps', String(steps)));
    // Its first game is over, so that the middle of one is stored, and there were updates.
    await until(
      () => existsSync(join(runFolder('stopped'), 'metrics.jsonl')) && metricsText('stopped').includes('100,'),
    );
    // As from a terminal below `bun run`, which passes on what its child has received already.
    process.kill('SIGINT');
    await Bun.sleep(50);
    process.kill('SIGINT');
    const stopped = await ended(process);
    expect(stopped.code).toBe(0);
    expect(stopped.stdout).toMatch(/^Stopped after \d+ steps/m);
    expect(stopped.stdout).toContain(`Saved: ${join(runFolder('stopped'), 'checkpoints')}`);
    expect(stopped.stdout).toMatch(/^To go on: (npx )?bun run train --resume /m);
    expect(stopped.stdout).toContain(`bun run train --resume ${runFolder('stopped')}\n`);
    const reached = Number(/^Stopped after (\d+) steps/m.exec(stopped.stdout)?.[1]);
    expect(reached).toBeLessThan(steps);
    const rest = await cli(['train', '--resume', runFolder('stopped')]);
    expect(weightsHash(rest)).toBe(weightsHash(whole));
    expect(metricsOf(runFolder('stopped'))).toEqual(metricsOf(runFolder('whole')));
  }, 120_000);

  test('a killed run goes on from its last checkpoint and ends the same', async () => {
    const process = start(train('killed', '--steps', String(steps), '--checkpoint-every', '70'));
    await until(() => existsSync(join(runFolder('killed'), 'checkpoints', 'step-000000140')));
    process.kill('SIGKILL');
    expect((await ended(process)).code).not.toBe(0);
    const rest = await cli(['train', '--resume', runFolder('killed')]);
    expect(rest.stdout).toMatch(/^Resumed from: .*step-000000(140|210)/m);
    expect(rest.stdout).not.toContain('another adapter');
    const config = JSON.parse(readFileSync(join(runFolder('killed'), 'config.json'), 'utf8'));
    expect(config.configuration.steps).toBe(steps);
    expect(config.resumed).toHaveLength(1);
    expect(config.resumed[0]).toMatchObject({
      adapter: config.adapter,
      command: ['train', '--resume', runFolder('killed')],
    });
    expect(weightsHash(rest)).toBe(weightsHash(whole));
    expect(metricsOf(runFolder('killed'))).toEqual(metricsOf(runFolder('whole')));
  }, 120_000);
});

test('a damaged checkpoint is passed over with one line, by train and by eval, and the end is the same', async () => {
  await cli(train('damaged', '--steps', '210', '--checkpoint-every', '70'));
  const checkpoints = join(runFolder('damaged'), 'checkpoints');
  const [older, newest] = ['step-000000140', 'step-000000210'].map((name) => join(checkpoints, name));
  const flipped = (name: string): void => {
    const path = join(newest, name);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 1;
    // In place, so that it would be damaged wherever the file has another name.
    writeFileSync(path, bytes);
  };
  flipped('weights.safetensors');
  const evaluated = await cli(['eval', '--run', runFolder('damaged'), '--episodes', '1']);
  const note = `Note: The checkpoint ${newest} is damaged: weights.safetensors has another checksum than it should. The one before it is taken.\n`;
  expect(evaluated).toMatchObject({ code: 0, stderr: note });
  expect(evaluated.stdout).toContain(join(older, 'weights.safetensors'));
  flipped('weights.safetensors');
  flipped('replay-00003.zst');
  const named = await cli(['train', '--resume', newest, '--steps', String(steps)]);
  expect(named).toMatchObject({ code: 1, stdout: '' });
  expect(named.stderr).toMatch(/^error: The checkpoint .* is damaged: replay-00003\.zst has another checksum .*\n$/);
  const rest = await cli(['train', '--resume', runFolder('damaged'), '--steps', String(steps)]);
  expect(rest.stdout).toContain(note.replace('weights.safetensors', 'replay-00003.zst'));
  expect(rest.stdout).toMatch(/^Resumed from: .*step-000000140/m);
  expect(rest.stdout).toMatch(/^Checkpoint: step-000000210, [\d.]+ [kM]B in \d+\.\d\d s; the run folder takes /m);
  expect(weightsHash(rest)).toBe(weightsHash(whole));
  expect(metricsOf(runFolder('damaged'))).toEqual(metricsOf(runFolder('whole')));
}, 120_000);

/** Options that have a state of their own, in two runs because some exclude each other. */
const stateful: [string, string[]][] = [
  [
    'lives, random starts, sticky actions, cut-off games',
    [
      ...['--stack', '3', '--stack-padding', 'repeat', '--replay-sampling', 'without-replacement'],
      ...['--life-loss', 'ends-episode', '--random-starts', '30', '--repeat-action-probability', '0.25'],
      ...['--max-episode-frames', '500', '--optimiser', 'rmsprop-centred', '--optimiser-epsilon', '0.01'],
    ],
  ],
  [
    'transitions drawn at once and of several steps, frames of the episode before, evaluation, schedules, ties',
    [
      ...['--stack', '3', '--stack-padding', 'previous', '--history-type', 'exp2', '--n-steps', '3', '--double-dqn'],
      ...['--replay-buffer', '64', '--non-terminal-probability', '0.8', '--rescale-rewards', '--greedy-ties', 'random'],
      ...['--network', 'dueling-small', '--update-order', 'before-step', '--updates-at-once', '2'],
      ...['--target-phase', '1', '--learning-rate-end', '0.00001', '--learning-rate-decay-steps', '100'],
      ...[
        '--epsilon-decay-steps',
        '80',
        '--epsilon-final',
        '0',
        '--epsilon-final-step',
        '190',
        '--max-episode-steps',
        '90',
      ],
      ...['--life-loss', 'ends-episode', '--after-life-loss', 'random-start', '--random-start-form', 'one-more'],
      ...['--random-starts', '9', '--evaluate-every', '60', '--evaluate-steps', '40', '--validation-size', '10'],
      ...['--best', 'evaluation', '--layer-statistics'],
    ],
  ],
];

test.each(stateful)(
  'to the bit with %s',
  async (_, options) => {
    const name = `bricks-${options.length}`;
    const bricks = (folder: string, steps: number) =>
      cli(['train', 'bricks', ...small, ...out, ...options, '--name', folder, '--steps', String(steps)]);
    const straight = await bricks(name, 200);
    expect(straight).toMatchObject({ code: 0, stderr: '' });
    expect(metricsOf(runFolder(name)).filter(({ type }) => type === 'episode').length).toBeGreaterThan(0);
    await bricks(`${name}-resumed`, 131);
    const rest = await cli(['train', '--resume', runFolder(`${name}-resumed`), '--steps', '200']);
    expect(weightsHash(rest)).toBe(weightsHash(straight));
    const different = compareRuns(runFolder(`${name}-resumed`), runFolder(name)).filter(({ same }) => !same);
    expect(different).toEqual([]);
  },
  120_000,
);

describe('eval', () => {
  test('--json prints one object; the same seed plays the same games', async () => {
    const words = ['eval', 'catch', '--run', runFolder('whole'), '--episodes', '3', '--epsilon', '0.5', '--json'];
    const [first, second] = [await cli(words), await cli(words)];
    expect(first.code).toBe(0);
    const result = JSON.parse(first.stdout);
    expect(result).toMatchObject({
      game: 'catch',
      episodes: 3,
      epsilon: 0.5,
      seed: 1,
      weightsSha256: weightsHash(whole),
    });
    const { rewards, meanReward, stdReward, minReward, maxReward } = result;
    expect(rewards).toHaveLength(3);
    expect(meanReward).toBeCloseTo((rewards[0] + rewards[1] + rewards[2]) / 3, 12);
    const variance = rewards.reduce((sum: number, reward: number) => sum + (reward - meanReward) ** 2, 0) / 3;
    expect(stdReward).toBeCloseTo(Math.sqrt(variance), 12);
    expect([minReward, maxReward]).toEqual([Math.min(...rewards), Math.max(...rewards)]);
    expect(JSON.parse(second.stdout)).toEqual(result);
  });

  test('the best weights, in words', async () => {
    const { code, stdout } = await cli(['eval', '--run', runFolder('whole'), '--episodes', '1', '--weights', 'best']);
    expect(code).toBe(0);
    expect(stdout).toContain('best.safetensors');
    expect(stdout).toMatch(/^Mean reward of 1 games -?\d+\.\d\d, standard deviation 0\.00/m);
  });
});

describe('play', () => {
  test('of a run: a GIF and a sheet of 36 screens', async () => {
    const [gif, sheet] = [join(folder, 'play.gif'), join(folder, 'new folder', 'sheet.png')];
    const words = [
      'play',
      'catch',
      '--run',
      runFolder('whole'),
      '--frames',
      '160',
      '--gif',
      gif,
      '--contact-sheet',
      sheet,
    ];
    const { code, stdout } = await cli(words);
    expect(code).toBe(0);
    expect(stdout).toContain(`Wrote ${gif}\nWrote ${sheet}\n`);
    const bytes = readFileSync(gif);
    expect(bytes.toString('latin1', 0, 6)).toBe('GIF89a');
    expect([bytes.readUInt16LE(6), bytes.readUInt16LE(8)]).toEqual([320, 210]);
    const png = PNG.sync.read(readFileSync(sheet));
    expect(png.width).toBeGreaterThanOrEqual(6 * 320);
    expect(png.height).toBeGreaterThanOrEqual(6 * 210);
  });

  test('without a run: at random, without a GPU', async () => {
    const gif = join(folder, 'random.gif');
    const noGpu = { WGSL_DQN_ADAPTER: 'lavapipe', VK_DRIVER_FILES: '/nonexistent', VK_ICD_FILENAMES: '/nonexistent' };
    const { code, stdout } = await cli(['play', 'pong', '--frames', '90', '--gif', gif, '--seed', '5'], noGpu);
    expect(code).toBe(0);
    expect(stdout).toContain('Player: random actions');
    expect(readFileSync(gif).toString('latin1', 0, 6)).toBe('GIF89a');
  });
});

describe('words', () => {
  test('--version and --help', async () => {
    const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    expect(await cli(['--version'])).toEqual({ code: 0, stdout: `wgsl-dqn ${version}\n`, stderr: '' });
    const overview = await cli(['--help']);
    for (const command of ['train', 'eval', 'play', 'doctor']) expect(overview.stdout).toContain(`bun run ${command}`);
    const help = await cli(['train', '--help']);
    expect(help.code).toBe(0);
    for (const flag of ['--learn-start N', '--[no-]double-dqn', '--resume DIR']) expect(help.stdout).toContain(flag);
  });
});

function metricsText(name: string): string {
  return readFileSync(join(runFolder(name), 'metrics.jsonl'), 'utf8');
}

/** Waits until `holds`; gives up after a minute. */
async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error('it did not happen within a minute');
    await Bun.sleep(5);
  }
}
