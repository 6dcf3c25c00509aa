/**
 * A game is learned, from the cartridge to good play, through the real command line. The small form of
 * `bun run train catch --preset quick`: pictures of 36 x 36 pixels, one of them a state (the fruit falls straight down), an update
 * every other step. Ten fruits a game, each +1 or -1: random play loses about 6; by trial, seeds 1, 2 and 3 reach 8.4, 9.4 and 8.2.
 */
import { afterAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { cli, metricsOf, temporaryFolder, weightsHash } from './cli.ts';

const { folder, remove } = temporaryFolder('learning');
afterAll(remove);

const flags = [
  ...['--preset', 'quick', '--network', 'nips2013', '--observation-size', '36', '--stack', '1', '--frame-skip', '4'],
  ...['--learn-start', '300', '--update-every', '2', '--target-every', '150', '--replay-capacity', '10000'],
  ...['--batch-size', '32', '--discount', '0.9', '--loss', 'huber', '--optimiser', 'adam', '--learning-rate', '2e-3'],
  ...['--epsilon-start', '1', '--epsilon-end', '0.02', '--epsilon-decay-steps', '1800', '--random-starts', '0'],
];

async function meanReward(weights: string): Promise<number> {
  const run = join(folder, 'catch');
  const words = ['eval', '--run', run, '--weights', weights, '--episodes', '10', '--epsilon', '0', '--json'];
  return JSON.parse((await cli(words)).stdout).meanReward;
}

test('catch: from -6 at random to +3 and more in 4,500 steps', async () => {
  const words = ['train', 'catch', ...flags, '--steps', '4500', '--checkpoint-every', '300', '--keep', '100'];
  weightsHash(await cli([...words, '--out', folder, '--name', 'catch']));
  const games = metricsOf(join(folder, 'catch')).filter(({ type }) => type === 'episode');
  const mean = (some: typeof games) => some.reduce((sum, { reward }) => sum + (reward as number), 0) / some.length;
  expect(mean(games.slice(0, 10))).toBeLessThan(-2);
  expect(mean(games.slice(-10))).toBeGreaterThanOrEqual(3);
  const untrained = join(folder, 'catch', 'checkpoints', 'step-000000300', 'weights.safetensors');
  expect(await meanReward(untrained)).toBeLessThan(0);
  expect(await meanReward('last')).toBeGreaterThanOrEqual(3);
}, 240_000);
