/** What a run says and keeps beside its metrics: games, the best network, layers, recordings, checkpoints by games. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paletteOf } from '../../src/env/palette.ts';
import { loadWeightsFile } from '../../src/run/checkpoint.ts';
import { going, metricsOf, removeFolder, resumed, screen, shown, started } from './fakeRun.ts';
import { decodeGif } from './recordingGifDecoder.ts';

afterAll(removeFolder);
beforeEach(() => {
  shown.length = 0;
});

/** Of the fake agent: game k ends after 7 k steps and brings k. */
const gameSteps = 7;

describe('games', () => {
  test.each([
    [1, ['1', '2', '3', '4', '5']],
    [2, ['2', '4']],
    [0, []],
  ])('a line every %d', async (gameLineEvery, expected) => {
    const { training } = started({ steps: 5 * gameSteps, gameLineEvery });
    await training.run(going);
    const lines = shown.filter((line) => line.startsWith('Game '));
    expect(lines.map((line) => /^Game (\d+) /.exec(line)![1])).toEqual(expected);
    if (gameLineEvery !== 2) return;
    expect(lines[1]).toMatch(
      /^Game 4 \| 28 steps \| reward 4 \| 7 steps long \| mean100 2\.50 \| epsilon 0\.500 \| [\d,.]+ steps\/s$/,
    );
  });
});

describe('the best network', () => {
  test('is looked at after each game, and a line tells of it where games have lines', async () => {
    for (const gameLineEvery of [0, 3]) {
      const { training, runFolder } = started({ steps: 13 * gameSteps + 3, metricsEvery: 1000, gameLineEvery });
      shown.length = 0;
      await training.run(going);
      const lines = shown.filter((line) => line.startsWith('Best'));
      // Up to game 10 nothing is said: a mean of so few games is luck.
      const means = ['5.500 -> 6.000', '6.000 -> 6.500', '6.500 -> 7.000'];
      const expected = means.map((change) => `Best mean reward updated ${change}, weights saved`);
      expect(lines).toEqual(gameLineEvery === 0 ? [] : expected);
      const { metadata } = loadWeightsFile(join(runFolder, 'best.safetensors'));
      expect(metadata).toMatchObject({ agentSteps: String(13 * gameSteps), meanReward100: '7' });
    }
  });

  test('a lucky first game does not stay it, a lucky mean of more than ten does', async () => {
    for (const [luckyGame, best] of [
      [3, 10],
      [12, 12],
    ]) {
      const { training, agent, runFolder } = started({ steps: 20 * gameSteps });
      const step = agent.step.bind(agent);
      agent.step = async () => {
        const done = await step();
        done.episodeReturn = agent.counters.episodes === luckyGame ? 1000 : 0;
        return done;
      };
      await training.run(going);
      const { metadata } = loadWeightsFile(join(runFolder, 'best.safetensors'));
      expect(metadata['agentSteps']).toBe(String(best * gameSteps));
    }
  });
});

describe('layers', () => {
  test('at each progress, of the last update before it', async () => {
    // Updates after 8, 16, 24…; reports after 10, 20, 30: of those the update before is kept, of no other.
    const { training, agent, runFolder } = started({ steps: 30, layerStatistics: true, updateEvery: 8 });
    const kept: number[] = [];
    const step = agent.step.bind(agent);
    agent.step = () => {
      if (agent.keepsGradients) kept.push(agent.counters.agentSteps);
      return step();
    };
    await training.run(going);
    expect(kept.filter((steps) => (steps + 1) % 8 === 0)).toEqual([7, 15, 23]);
    expect(kept.filter((steps) => steps % 8 === 0)).toEqual([8, 16, 24]);
    expect(kept).not.toContain(0);
    const [first, , third] = metricsOf(runFolder).filter(({ type }) => type === 'progress');
    expect(first.layers).toHaveLength(1);
    expect(third.layers[0]).toMatchObject({ layer: 'fc1', maxAbsGradient: 0 });
    expect(third.layers[0].maxAbsWeight).toBe(2 * third.layers[0].meanAbsWeight);
    const lines = shown.filter((line) => line.startsWith('  fc1'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^ {2}fc1: \|w\| mean \d\.\d\de[+-]\d, max \d\.\d\de[+-]\d; \|gradient\| mean 0\.00e\+0, max 0\.00e\+0$/,
    );
  });

  test('not unless asked for', async () => {
    const { training, agent, runFolder } = started({ steps: 30 });
    await training.run(going);
    expect(agent.kept).toEqual([]);
    expect(agent.keepsGradients).toBe(false);
    expect(metricsOf(runFolder).some((entry) => 'layers' in entry)).toBe(false);
  });
});

describe('recordings', () => {
  test('of every third game: a screen a step at 30 a second, two by two pixels each', async () => {
    const { training, runFolder } = started({ steps: 7 * gameSteps, recordEvery: 3 });
    await training.run(going);
    const folder = join(runFolder, 'recordings');
    expect(readdirSync(folder).sort()).toEqual(['game-000003.gif', 'game-000006.gif']);
    const gif = decodeGif(new Uint8Array(readFileSync(join(folder, 'game-000003.gif'))));
    expect([gif.width, gif.height]).toEqual([320, 4]);
    const total = gif.pictures.reduce((sum, { hundredths }) => sum + hundredths, 0);
    expect(total).toBe(Math.round((gameSteps * 100) / 30));
    expect(gif.pictures).toHaveLength(gameSteps);
    // The screens of one game are successive.
    const { rgb } = paletteOf(screen.format);
    const first = rgb.indexOf(gif.pictures[0].rgb[0]);
    const bytes = gif.pictures.map((_, n) => (first + 2 * n) % 256);
    expect(gif.pictures.map((picture) => picture.rgb[1279])).toEqual(bytes.map((byte) => rgb[byte]));
  });

  test('none, and no screen is looked at, unless asked for', async () => {
    const { training, runFolder } = started({ steps: 7 * gameSteps, liveEverySeconds: 0 });
    const [before] = screen.screen();
    await training.run(going);
    expect(screen.screen()[0]).toBe((before + 2) % 256);
    expect(existsSync(join(runFolder, 'recordings'))).toBe(false);
  });

  test('that cannot be written end no run: it says so', async () => {
    const { training, runFolder } = started({ steps: 7 * gameSteps, recordEvery: 3 });
    writeFileSync(join(runFolder, 'recordings'), '');
    expect(await training.run(going)).toBe('steps');
    const warnings = shown.filter((line) => line.startsWith('Warning'));
    expect(warnings.length).toBe(2);
    expect(warnings[0]).toMatch(/^Warning: Cannot write to .*recordings: .* The run goes on\.$/);
    expect(metricsOf(runFolder).filter(({ type }) => type === 'episode').length).toBe(7);
  });

  test('a game that a run was stopped in is left out; one that begins when the run goes on is there', async () => {
    const { training, runFolder } = started({
      steps: 5 * gameSteps + 2,
      recordEvery: 3,
      checkpointEveryGames: 5,
      keep: 10,
    });
    await training.run(going);
    await training.save();
    training.close();
    // In the midst of the sixth game, and from the checkpoint at its start.
    const middle = await resumed(runFolder, { steps: 10 * gameSteps });
    await middle.training.run(going);
    expect(readdirSync(join(runFolder, 'recordings')).sort()).toEqual(['game-000003.gif', 'game-000009.gif']);
    const start = await resumed(join(runFolder, 'checkpoints', 'step-000000035'), { steps: 6 * gameSteps });
    await start.training.run(going);
    expect(readdirSync(join(runFolder, 'recordings'))).toContain('game-000006.gif');
    expect(statSync(join(runFolder, 'recordings', 'game-000006.gif')).size).toBeGreaterThan(100);
  });
});

test('checkpoints by games', async () => {
  const { training, runFolder } = started({ steps: 7 * gameSteps, checkpointEveryGames: 3, keep: 10 });
  await training.run(going);
  expect(readdirSync(join(runFolder, 'checkpoints')).sort()).toEqual(['step-000000021', 'step-000000042']);
});
