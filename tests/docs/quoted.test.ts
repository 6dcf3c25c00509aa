/** Commands, flags, files and variables that pages quote are there, and those that are there are on a page. */
import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allCommands } from '../../bench/docs/commandsPage.ts';
import { pagePaths, readPage } from '../../bench/docs/markdown.ts';
import { commands } from '../../src/cli/main.ts';
import { projectFolder } from '../../src/run/provenance.ts';
import { missingQuotes } from './quoted.ts';

/** Its entries name what was so on their day. */
const pages = pagePaths().filter((path) => path !== 'CHANGELOG.md');

/** All code in which a variable of the environment may be read. */
const sources = [
  ...new Bun.Glob('{kernels,src,shaders,bench,build,tests,.ci}/**/*').scanSync({ cwd: projectFolder, dot: true }),
]
  .filter((path) => !/node_modules\/|^tests\/docs\//.test(path) && /\.(tsx?|wgsl)$|^\.ci\//.test(path))
  .map((path) => readFileSync(join(projectFolder, path), 'utf8'))
  .join('\n');

test.each(pages)('%s', async (path) => {
  expect(await missingQuotes(readPage(path), path, sources)).toEqual([]);
});

describe('what is not there is found', () => {
  const faults = (text: string) => missingQuotes(`# Here\n\n${text}\n`, 'docs/page.md', 'WGSL_DQN_ADAPTER');

  test.each([
    ['`bun run trian pong`', 'package.json has no script trian'],
    ['`npx bun run bench speed`', 'there is no command bench speed'],
    ['`bun run verify resum`', 'there is no command verify resum'],
    ['`bun run eval pong --episode 3`', 'There is no flag --episode.'],
    ['`bun run eval pong --episodes`', '--episodes needs a value'],
    ['`bun run eval pong 3`', '"3" is one word too many'],
    ['`bun run train pongg`', 'there is no game pongg'],
    ['`bun run train pong --preset lapann`', 'there is no --preset lapann'],
    ['`bun run train pong --protocol gymm`', 'there is no --protocol gymm'],
    ['`bun run train pong --batch-size -1`', 'batch-size'],
    ['`bun run bench kernels --all`', 'There is no flag --all'],
    ['```sh\nbun run play pong\nbun run plai pong # a comment\n```', 'docs/page.md:5: package.json has no script plai'],
    ['```sh\ncd x && LP_NUM_THREADS=1 npx bun run eval pong --jsn | head\n```', 'There is no flag --jsn'],
    ['```sh\ndiff <(bun run trace pong --frame 6) -\n```', 'There is no flag --frame'],
    ['```sh\nbun run eval pong \\\n  --jsn\n```', 'There is no flag --jsn'],
    ['`npx bun test tests/nowhere`', 'there is no tests/nowhere'],
    ['`bun roms/biuld.ts`', 'there is no roms/biuld.ts'],
    ['The flag `--lern-start` does it.', 'there is no flag --lern-start'],
    ['The flag --lern-start does it.', 'there is no flag --lern-start'],
    ['See `src/agent/dqnn.ts`.', 'there is no src/agent/dqnn.ts'],
    ['See src/agent/dqnn.ts, and others', 'there is no src/agent/dqnn.ts'],
    ['`kernels/nothing/*.ts`', 'there is no kernels/nothing/*.ts'],
    ['Set `WGSL_DQN_ADAPTOR`.', 'no code knows WGSL_DQN_ADAPTOR'],
    ['`WGSL_DQN_ADAPTOR=lavapipe`', 'no code knows WGSL_DQN_ADAPTOR'],
  ])('%s', async (text, fault) => {
    expect((await faults(text)).join('\n')).toContain(fault);
  });

  test.each([
    '`bun run train <game>`, `bun run train GAME --seed S`, `npx bun run …`',
    '`bun run train -env pong -actrep 4 -agent_params "lr=0.00025,replay_memory=100000"`',
    '`bun run roms import PATH…`, `bun run bench <name> --help`',
    '```sh\nnpm install && npx bun run train pong --no-double-dqn\nnpx bun test\n```',
    '```ts\nbun.run("bun run nothing");\n```',
    '`--no-double-dqn`, `--learn-start 500`, `docker run --gpus all`',
    '`WGSL_DQN_ADAPTER=lavapipe bun run doctor`, `src/games/<name>.ts`, `kernels/*.ts`',
  ])('and %s is there', async (text) => {
    expect(await faults(text)).toEqual([]);
  });
});

describe('what is there is on a page', () => {
  const page = readPage('docs/commands.md');
  const everywhere = pages.map(readPage).join('\n');

  test('every command and every flag', async () => {
    for (const { spec } of await allCommands()) {
      const from = page.indexOf(`\n## ${spec.name}\n`);
      expect(from, spec.name).toBeGreaterThan(0);
      const section = page.slice(from + 1).split('\n## ')[0];
      for (const { flag } of spec.flags)
        expect(section, `${spec.name} ${flag}`).toMatch(
          new RegExp(`\\| \`(--\\[no-\\])?${flag.slice(flag.startsWith('--') ? 2 : 0)}[ \`]|\\| \`${flag}[ \`]`),
        );
      for (const { flag } of spec.moreFlags ?? []) {
        expect(readPage('docs/configuration.md') + section, `${spec.name} ${flag}`).toContain(`\`${flag}\``);
      }
    }
  });

  test('package.json has a script for every command, and no other', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    const started = Object.entries<string>(scripts)
      .filter(([, line]) => line.startsWith('bun src/cli/main.ts'))
      .map(([name, line]) => {
        expect(line).toBe(`bun src/cli/main.ts ${name}`);
        return name;
      });
    expect(started.sort()).toEqual([...new Set(Object.keys(commands).map((name) => name.split(' ')[0]))].sort());
  });

  test('every variable of ours that the code reads', () => {
    const read = [...sources.matchAll(/process\.env\['((?:WGSL_DQN|ATARI|XDG)\w+)'\]/g)].map(([, name]) => name);
    expect(read.length).toBeGreaterThan(3);
    expect(read.filter((name) => !everywhere.includes(name))).toEqual([]);
  });
});
