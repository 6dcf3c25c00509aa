/** The player of Pong that ships with the project plays as well as it is said to. */
import { expect, test } from 'bun:test';
import { environmentOptions } from '../../src/run/configuration.ts';
import { evaluationEnvironment, Play } from '../../src/run/evaluation.ts';
import { openPretrained } from '../../src/run/pretrained.ts';
import { loadCartridge, openEnvironment, openPolicy } from '../../src/run/session.ts';
import { testGpu } from '../support/kernelTest.ts';

const steps = 1500;

/** Points won less points lost in so many agent steps, by the trained player or at random. */
async function points(trained: boolean): Promise<number> {
  const { configuration, weights } = openPretrained('pong');
  const options = evaluationEnvironment(environmentOptions(configuration));
  const { environment } = openEnvironment(loadCartridge(configuration), options, 1);
  let sum = 0;
  const step = environment.step.bind(environment);
  environment.step = (action) => {
    const result = step(action);
    sum += result.rawReward;
    return result;
  };
  const gpu = await testGpu();
  const { policy } = await openPolicy(gpu, configuration, environment.actionCount, weights);
  const epsilon = configuration.evaluationEpsilon;
  const play = new Play(environment, trained ? policy : undefined, { ...configuration, epsilon, seed: 1 });
  for (let i = 0; i < steps; i++) await play.step();
  return sum;
}

test('the player that ships holds its own for 1,500 steps, in which random play loses two games', async () => {
  expect(await points(false)).toBeLessThan(-30);
  // Even on 30 games its mean is 4.9 and its worst game -10; these steps are half a game.
  expect(await points(true)).toBeGreaterThan(-8);
});
