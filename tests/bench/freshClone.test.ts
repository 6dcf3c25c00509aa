/** The steps of `bench install` and `bench newcomer`: when one is done, what stops it, what is said of one that fails. */
import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdirSync } from 'node:fs';
import { emptyPlace, type Step, timeSteps } from '../../bench/freshClone.ts';
import { newcomerSteps } from '../../bench/newcomer.ts';
import { UserError } from '../../src/errors.ts';

const place = emptyPlace();
mkdirSync(place.project);
afterAll(() => place.remove());

const shell = (name: string, script: string, until?: RegExp): Step => ({
  ...{ name, command: ['sh', '-c', script] },
  ...(until === undefined ? {} : { until }),
});

test('a step is done when its command ends, or when its output matches; that command is stopped with all that it has started', async () => {
  const said: string[] = [];
  const beganMs = performance.now();
  const steps = await timeSteps(
    place,
    [shell('ends', 'sleep 0.2'), shell('goes on', 'echo begun; sh -c "sleep 60; touch late"; touch late', /begun/)],
    (line) => said.push(line),
  );
  expect(performance.now() - beganMs).toBeLessThan(30_000);
  expect(steps.map(({ name }) => name)).toEqual(['ends', 'goes on']);
  expect(steps[0].seconds).toBeGreaterThan(0.19);
  expect(steps[1].sinceBeginSeconds).toBeCloseTo(steps[0].seconds + steps[1].seconds, 1);
  expect(said[0]).toMatch(/^ends: \d+\.\d s$/);
  expect(existsSync(`${place.project}/late`)).toBe(false);
});

test.each([shell('fails', 'echo what is wrong; exit 3'), shell('never says it', 'echo what is wrong', /begun/)])(
  '%p: an error with the end of its output',
  async (step) => {
    const error = await timeSteps(place, [step], () => {}).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(`${error.message} ${error.hint}`).toMatch(
      new RegExp(`^${step.name}: .*ended with [03]\\.[^]*what is wrong`),
    );
  },
);

test('the way of a newcomer begins with a clone and an install, in caches of its own', () => {
  expect(newcomerSteps.slice(0, 2).map(({ name }) => name)).toEqual(['clone', 'install']);
  expect(place.env['npm_config_cache']).toBe(place.npmCache);
  expect(place.env['XDG_CACHE_HOME']).toStartWith(place.project.replace(/wgsl-dqn$/, ''));
});
