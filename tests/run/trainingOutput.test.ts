/** What a run writes for those who watch it: TensorBoard's events beside metrics.jsonl, live.bin, evaluated games, status.json's moments. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeLiveFrame, type LiveFrame } from '../../src/run/live/liveFrame.ts';
import { TrainingLog } from '../../src/run/trainingLog.ts';
import { EvaluationRecording } from '../../src/run/trainingRecording.ts';
import { eventFiles, eventsOf, shownValues } from './eventReader.ts';
import { expectedScalars, shownScalars } from './expectedScalars.ts';
import { folder, going, removeFolder, resumed, screen, shown, started } from './fakeRun.ts';
import { decodeGif } from './recordingGifDecoder.ts';

afterAll(removeFolder);
beforeEach(() => {
  shown.length = 0;
});

/** Evaluations of two games every 50 steps from step 50 on; games of training end after each 7. */
const evaluated = { evaluateEvery: 50, evaluateEpisodes: 2, validationSize: 4, layerStatistics: true };

describe("TensorBoard's events", () => {
  test('hold every number of metrics.jsonl at its step', async () => {
    const { training, runFolder } = started({ steps: 123, ...evaluated });
    await training.run(going);
    training.close();
    const scalars = shownScalars(shownValues(runFolder));
    expect(scalars).toEqual(expectedScalars(runFolder));
    for (const name of [
      'reward@7 = 1',
      'reward_100@14 = 1.5',
      'epsilon@7 = 0.5',
      'loss@10 = 10',
      'evaluation/reward_counts@100 = ',
    ]) {
      expect(scalars.find((scalar) => scalar.startsWith(name))).toBeDefined();
    }
    const [events] = eventsOf(runFolder);
    const times = events.map(({ wallTime }) => wallTime);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('say nothing of an evaluation without a whole game', async () => {
    const { training, runFolder } = started({ steps: 60, ...evaluated, evaluateSteps: 3 });
    await training.run(going);
    training.close();
    const scalars = shownScalars(shownValues(runFolder));
    expect(scalars).toContain('evaluation/episode_counts@50 = 0');
    expect(scalars.filter((scalar) => scalar.startsWith('evaluation/reward@'))).toEqual([]);
  });

  test('hold the weights of each checkpoint once, and each evaluated game', async () => {
    const { training, runFolder, agent } = started({ steps: 123, checkpointEvery: 40, ...evaluated });
    await training.run(going);
    await training.save();
    await training.save();
    training.close();
    const values = shownValues(runFolder);
    const histograms = values.filter(({ histogram }) => histogram !== undefined);
    expect(histograms.map(({ tag, step }) => [tag, step])).toEqual(
      [40, 80, 120, 123].map((step) => ['weights/fc1.weight', step]),
    );
    const [{ data }] = await agent.weights();
    expect(histograms[3].histogram).toMatchObject({
      num: 2,
      min: Math.min(...data),
      max: Math.max(...data),
      sum: data[0] + data[1],
    });
    const images = values.filter(({ image }) => image !== undefined);
    expect(images.map(({ tag, step }) => [tag, step])).toEqual([
      ['evaluation/game', 50],
      ['evaluation/game', 100],
    ]);
    const gif = readFileSync(join(runFolder, 'recordings', 'evaluation-000000100.gif'));
    expect(images[1].image).toEqual({ width: 320, height: 2, colorspace: 3, bytes: gif });
    expect([gif.readUInt16LE(6), gif.readUInt16LE(8)]).toEqual([320, 2]);
  });

  test.each([
    // Evaluated and reported after its checkpoint; killed before anything was written after it.
    [60, 100],
    [63, 65],
  ])('of a run killed after its checkpoint at %d are there once, none is missing', async (checkpointEvery, steps) => {
    const killed = started({ steps, checkpointEvery, ...evaluated });
    await killed.training.run(going);
    // Nothing is closed: what was not flushed is lost.
    const lost = shownScalars(shownValues(killed.runFolder)).filter((scalar) => scalar.includes('@100 = '));
    expect(lost.includes('evaluation/episode_counts@100 = 2')).toBe(steps === 100);
    const rest = await resumed(killed.runFolder, { steps: 140 });
    await rest.training.run(going);
    rest.training.close();
    const [, second] = eventsOf(killed.runFolder);
    expect(second[0].fileVersion).toBe('brain.Event:2');
    expect(second[1]).toMatchObject({ step: checkpointEvery + 1, sessionStatus: 1, values: [] });
    expect(shownScalars(shownValues(killed.runFolder))).toEqual(expectedScalars(killed.runFolder));
  });

  test('are written with each progress entry', async () => {
    const { training, runFolder } = started({ steps: 25 });
    await training.run(going);
    const scalars = shownScalars(shownValues(runFolder));
    expect(scalars.at(-1)).toBe('episodes@20 = 2');
    training.close();
    expect(shownScalars(shownValues(runFolder)).length).toBeGreaterThan(scalars.length);
  });

  test('are not there unless wanted', async () => {
    const { training, runFolder } = started({ steps: 25, tensorboard: false });
    await training.run(going);
    await training.save();
    training.close();
    expect(eventFiles(runFolder)).toEqual([]);
  });

  test('that cannot be written end no run: it says so once', () => {
    // A path of 4,070 bytes: there is room for metrics.jsonl in the longest that the system takes, and for no event file.
    let runFolder = join(folder, 'long');
    while (runFolder.length < 4070 - 202) runFolder = join(runFolder, 'x'.repeat(200));
    runFolder = join(runFolder, 'x'.repeat(4070 - runFolder.length - 1));
    mkdirSync(runFolder, { recursive: true });
    const warnings: string[] = [];
    const log = new TrainingLog({
      runFolder,
      configuration: { tensorboard: true },
      warn: (text) => warnings.push(text),
    });
    log.checkpointBegins(1, []);
    log.close();
    expect(readdirSync(runFolder)).toEqual(['metrics.jsonl']);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toEndWith('the path is too long. TensorBoard gets nothing more of this run, which goes on.');
  });
});

describe('live.bin', () => {
  /** At every look of the run at its clock. */
  const always = { liveEverySeconds: 1e-9 };

  function liveFrame(runFolder: string): LiveFrame {
    return decodeLiveFrame(readFileSync(join(runFolder, 'live.bin')))!;
  }

  test('shows the newest decision before it is played', async () => {
    const { training, runFolder, agent } = started({ steps: 16, ...always });
    await training.run(going);
    training.close();
    const frame = liveFrame(runFolder);
    // 15 steps are done, two games of 7 have ended; the fake agent's value is the number of its steps.
    expect(frame).toMatchObject({ agentSteps: 15, episode: 3, episodeReward: 1, epsilon: 0.5, action: 1 });
    expect(frame).toMatchObject({
      wasRandom: false,
      isEvaluation: false,
      actions: [0, 3, 4],
      screenHeight: 2,
      format: 'NTSC',
    });
    expect([...frame.qValues]).toEqual([0.5, 15, -1]);
    expect(frame.frameSide).toBe(36);
    const { slots, newest } = agent.history;
    expect(frame.frames.map(([pixel]) => pixel)).toEqual([slots[1 - newest][0], slots[newest][0]]);
    expect(frame.screen.length).toBe(320);
    expect(Math.abs(frame.writtenAtMs - Date.now())).toBeLessThan(60_000);
  });

  test('shows a state that reaches over the start of a game with black frames', async () => {
    const { training, runFolder, agent } = started({ steps: 2, ...always });
    const step = agent.step.bind(agent);
    agent.step = () => {
      agent.history.reset();
      return step();
    };
    await training.run(going);
    training.close();
    const { frames } = liveFrame(runFolder);
    const { slots, newest } = agent.history;
    expect(slots[newest][0]).toBeGreaterThan(0);
    expect(slots[1 - newest][0]).toBeGreaterThan(0);
    expect(frames.map(([pixel]) => pixel)).toEqual([0, slots[newest][0]]);
  });

  test('is written as often as it is asked for and no more', async () => {
    const { training, runFolder } = started({ steps: 1_000_000, metricsEvery: 1_000_000, liveEverySeconds: 0.05 });
    const stop = { requested: false };
    setTimeout(() => (stop.requested = true), 600);
    const beganMs = performance.now();
    await training.run(stop);
    const tookMs = performance.now() - beganMs;
    training.close();
    // Its sequence number counts.
    const writes = readFileSync(join(runFolder, 'live.bin')).readUInt32LE(8);
    expect(writes).toBeWithin(5, Math.ceil(tookMs / 50) + 1);
  });

  test("shows an evaluation's games meanwhile, each decision before it is played", async () => {
    const { training, runFolder, games, agent } = started({ steps: 50, ...evaluated, ...always });
    agent.act = async () => 2;
    const step = games.step.bind(games);
    const decided: number[][] = [];
    const rewards = [0, 0, 0];
    games.step = (action) => {
      const frame = liveFrame(runFolder);
      const game = games.randomStarts.length;
      // The first decision comes before the run has looked at its clock.
      if (frame.isEvaluation) {
        expect(frame).toMatchObject({
          action,
          agentSteps: 50,
          episode: game,
          episodeReward: rewards[game],
          epsilon: 0.05,
        });
        expect(Buffer.compare(frame.frames.at(-1)!, games.frame)).toBe(0);
        decided.push([game, frame.episodeReward]);
      }
      rewards[game] += action;
      return step(action);
    };
    await training.run(going);
    training.close();
    // Games of 4 and 5 steps.
    expect(decided.map(([game]) => game)).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
    expect(decided[3]).toEqual([2, 0]);
    expect(rewards[2]).toBeGreaterThan(0);
  });

  test.each([[{ liveEverySeconds: 0 }], [{}]])('with %j: whether it is there', async (more) => {
    const { training, runFolder } = started({ steps: 20, ...more });
    await training.run(going);
    training.close();
    expect(existsSync(join(runFolder, 'live.bin'))).toBe(!('liveEverySeconds' in more));
  });

  test('that cannot be written ends no run: it says so once', async () => {
    const { training, runFolder } = started({ steps: 20, ...always });
    mkdirSync(join(runFolder, 'live.bin'));
    expect(await training.run(going)).toBe('steps');
    training.close();
    expect(shown.filter((line) => line.startsWith('Warning'))).toEqual([
      `Warning: Cannot write to ${join(runFolder, 'live.bin')}: it is a folder. Nothing more is shown of this run as it plays; it goes on.`,
    ]);
  });

  test('of a run that goes on takes the place of the one before', async () => {
    const part = started({ steps: 12, ...always });
    await part.training.run(going);
    await part.training.save();
    part.training.close();
    expect(liveFrame(part.runFolder).agentSteps).toBe(11);
    const rest = await resumed(part.runFolder, { steps: 30 });
    await rest.training.run(going);
    rest.training.close();
    expect(liveFrame(part.runFolder).agentSteps).toBe(29);
  });
});

describe('evaluated games', () => {
  const gif = (runFolder: string, agentSteps: string) =>
    decodeGif(new Uint8Array(readFileSync(join(runFolder, 'recordings', `evaluation-${agentSteps}.gif`))));

  test('are the first ones, a screen a step', async () => {
    const { training, runFolder } = started({ steps: 100, ...evaluated, liveEverySeconds: 0 });
    await training.run(going);
    training.close();
    expect(readdirSync(join(runFolder, 'recordings'))).toEqual([
      'evaluation-000000050.gif',
      'evaluation-000000100.gif',
    ]);
    // The first game begins without the random start and lasts 4 steps, of which 15 make a second.
    const { pictures } = gif(runFolder, '000000050');
    expect(pictures.map(({ hundredths }) => hundredths)).toEqual([7, 6, 7, 7]);
  });

  test('are not recorded unless wanted', async () => {
    const { training, runFolder } = started({ steps: 100, ...evaluated, recordEvaluations: false });
    await training.run(going);
    training.close();
    expect(existsSync(join(runFolder, 'recordings'))).toBe(false);
  });

  test('last a minute at most', () => {
    const recording = new EvaluationRecording(screen, 4);
    for (let step = 0; step < 1000; step++) recording.stepped(0);
    const { gif: bytes } = recording.write(folder, 7);
    const { pictures } = decodeGif(bytes);
    expect(pictures.reduce((sum, { hundredths }) => sum + hundredths, 0)).toBe(6000);
    expect(statSync(join(folder, 'recordings', 'evaluation-000000007.gif')).size).toBe(bytes.length);
  });

  test('of an evaluation that a stop breaks off are not there until it is made', async () => {
    const stop = { requested: false };
    const { training, runFolder, games } = started({ steps: 100, ...evaluated });
    const step = games.step.bind(games);
    games.step = (action) => {
      stop.requested = true;
      return step(action);
    };
    expect(await training.run(stop)).toBe('stopped');
    await training.save();
    training.close();
    expect(existsSync(join(runFolder, 'recordings'))).toBe(false);
    const rest = await resumed(runFolder, { steps: 50 });
    await rest.training.run(going);
    await rest.training.save();
    rest.training.close();
    expect(gif(runFolder, '000000050').pictures.length).toBe(4);
    // The checkpoint of this step was written twice, before and after the evaluation; its weights are one histogram.
    const { tag } = shownValues(runFolder).findLast(({ histogram }) => histogram !== undefined)!;
    expect(shownValues(runFolder).filter((value) => value.tag === tag && value.step === 50).length).toBe(1);
  });

  test('that cannot be written end no run', async () => {
    const { training, runFolder } = started({ steps: 100, ...evaluated });
    mkdirSync(join(runFolder, 'recordings', 'evaluation-000000050.gif'), { recursive: true });
    expect(await training.run(going)).toBe('steps');
    training.close();
    expect(shown.filter((line) => line.startsWith('Warning')).length).toBe(1);
    expect(gif(runFolder, '000000100').pictures.length).toBe(4);
    rmSync(runFolder, { recursive: true });
  });
});

test('the status is told of each progress entry, evaluation and checkpoint', async () => {
  let updates = 0;
  const status = { update: () => updates++ };
  const { training } = started({ steps: 100, metricsEvery: 25, checkpointEvery: 40, ...evaluated }, { status });
  await training.run(going);
  training.close();
  expect(updates).toBe(4 + 2 + 2);
});
