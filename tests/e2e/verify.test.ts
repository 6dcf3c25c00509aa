/** `bun run verify resume`, the short form: three kills, the same end. */
import { expect, test } from 'bun:test';
import { cli } from './cli.ts';

test('killed three times and resumed, a run ends as one that was left alone', async () => {
  const { code, stdout, stderr } = await cli(['verify', 'resume', '--kills', '3', '--steps', '240', '--json']);
  expect(stderr).toBe('');
  const findings = JSON.parse(stdout);
  expect(findings).toMatchObject({ verdict: 'PASS', passed: true, steps: 240, damaged: [] });
  const { kills, resumed, begunAgain, comparisons } = findings;
  expect(Object.values<number>(kills).reduce((sum, count) => sum + count)).toBe(3);
  expect(resumed + begunAgain).toBe(3);
  expect(comparisons.length).toBeGreaterThanOrEqual(11);
  expect(code).toBe(0);
}, 300_000);

test('what cannot be: no kills, a name for the runs', async () => {
  const none = await cli(['verify', 'resume', '--kills', '0']);
  expect(none).toMatchObject({ code: 1, stderr: 'error: --kills: 0 is out of range; allowed: 1 to 10000.\n' });
  const named = await cli(['verify', 'resume', '--name', 'x']);
  expect(named.code).toBe(1);
  expect(named.stderr).toContain('There is no flag --name.');
});
