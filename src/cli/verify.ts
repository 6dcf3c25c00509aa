/** `bun run verify resume`: shows that a run killed at any moment and resumed ends as one that was never interrupted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../run/configuration.ts';
import { type LooseConfiguration, resolveConfiguration } from '../run/resolve.ts';
import { type Command, integerFlag } from './arguments.ts';
import { configurationFlags, configurationSpecs } from './configurationFlags.ts';
import { moments, proveResume, type ResumeFindings } from './verifyResume.ts';
import { shown } from './words.ts';

const defaultKills = 20;
const defaultSteps = 1200;

/** Where no preset is named: the smallest run that still learns, so that the time goes into kills, with options that have a state. */
const smallRun: LooseConfiguration = {
  ...{ preset: 'quick', network: 'nips2013', observationSize: 36, stack: 2, batchSize: 8 },
  ...{ repeatActionProbability: 0.25, randomStarts: 10, nSteps: 2, replayBuffer: 32, rescaleRewards: true },
};

/** Decided here, not by the runs' flags. */
const ownFlags = ['--name', '--out'];

export const verifyResumeCommand: Command = {
  spec: {
    name: 'verify resume',
    summary: 'Kill a run with SIGKILL at random moments, resume it, and compare it with one that was left alone.',
    positionals: ['game'],
    flags: [
      { flag: '--kills', placeholder: 'N', help: `Kills in all [${defaultKills}]` },
      { flag: '--keep-runs', help: 'Keep the folders of the runs' },
      { flag: '--json', help: 'Print the findings as JSON and nothing else' },
    ],
    moreFlags: configurationSpecs.filter(({ flag }) => !ownFlags.includes(flag)),
    helpLines: () => [
      '',
      `Flags of \`bun run train\` are taken, too; --steps [${defaultSteps}], --seed (of the kills as well) and --preset above all. Where`,
      'no game is named it is catch; without a preset a small network plays. The exit code is 1 where anything differs.',
    ],
    examples: [
      'bun run verify resume',
      'bun run verify resume --kills 5 --seed 3',
      'bun run verify resume bricks --preset graetz-small --steps 2000 --json',
    ],
  },
  async run(parsed) {
    const kills = integerFlag(parsed, '--kills', defaultKills, 1, 10_000);
    const isJson = parsed.flags.has('--json');
    const { lines, ...given } = configurationFlags(parsed);
    const say = (text: string): void => {
      if (!isJson) console.log(text);
    };
    for (const line of lines) say(line);
    const configuration = provedConfiguration(given.game ?? 'catch', given.flags);
    const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-verify-'));
    const beganMs = performance.now();
    // What has failed is kept, so that it can be looked into.
    let isKept = true;
    try {
      const findings = await proveResume({ configuration, kills, folder, onLine: say });
      const seconds = (performance.now() - beganMs) / 1000;
      if (isJson) console.log(JSON.stringify({ verdict: verdictOf(findings), seconds, ...findings }, null, 2));
      else for (const line of findingLines(findings, seconds)) console.log(line);
      isKept = parsed.flags.has('--keep-runs') || !findings.passed;
      return findings.passed ? 0 : 1;
    } finally {
      if (isKept) process.stderr.write(`The runs are kept in ${shown(folder)}\n`);
      else rmSync(folder, { recursive: true });
    }
  },
};

/** A short run with many checkpoints and some evaluations, whose replay memory is full before its end. */
function provedConfiguration(game: string, flags: LooseConfiguration): Configuration {
  const steps = typeof flags.steps === 'number' && flags.steps > 0 ? flags.steps : defaultSteps;
  const part = (share: number): number => Math.max(1, Math.floor(steps / share));
  const short: LooseConfiguration = {
    ...{ steps, targetReward: null, learnStart: part(12), replayCapacity: Math.max(100, part(4)) },
    ...{ metricsEvery: part(24), checkpointEvery: part(40), logEverySeconds: 1 },
    ...{ evaluateEvery: 4 * part(24), evaluateSteps: 0, evaluateEpisodes: 2, validationSize: 20 },
  };
  const small = flags.preset === undefined ? smallRun : {};
  return resolveConfiguration({ game, flags: { ...small, ...short, ...flags } });
}

function verdictOf({ passed }: ResumeFindings): 'PASS' | 'FAIL' {
  return passed ? 'PASS' : 'FAIL';
}

function findingLines(findings: ResumeFindings, seconds: number): string[] {
  const { kills, halfWritten, duringEvaluation, begunAgain, resumed, repeatedSteps, killedRuns } = findings;
  const all = moments.reduce((sum, moment) => sum + kills[moment], 0);
  const aims = moments.map((moment) => `${moment} ${kills[moment]}`).join(', ');
  return [
    '',
    `Kills: ${all} (aimed at ${aims}); ${halfWritten} left a half-written checkpoint, ${duringEvaluation} half an evaluation`,
    `After them: resumed ${resumed} times, begun again ${begunAgain} times, ${repeatedSteps} steps repeated, ${killedRuns} runs`,
    ...findings.damaged.map((line) => `Damaged: ${line}`),
    ...findings.comparisons.map(({ what, same, detail }) => `${same ? 'same' : 'DIFFERENT'}: ${what} (${detail})`),
    `${verdictOf(findings)}: ${findings.steps} steps, weights SHA-256 ${findings.weightsSha256}, ${seconds.toFixed(0)} s`,
  ];
}
