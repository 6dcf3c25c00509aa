/** `bun run dashboard`: serves a local page over all run folders until Ctrl-C. */
import { existsSync, readdirSync } from 'node:fs';
import { isLoopback } from '../dashboard/guard.ts';
import { serveDashboard } from '../dashboard/server.ts';
import { UserError } from '../errors.ts';
import { type Command, integerFlag } from './arguments.ts';
import { runner, shown } from './words.ts';

/** The console's number. */
const defaultPort = 2600;
const defaultHost = '127.0.0.1';
const defaultRuns = 'runs';

export const dashboardCommand: Command = {
  spec: {
    name: 'dashboard',
    summary: 'Show all runs on a local page, as they learn.',
    positionals: [],
    flags: [
      { flag: '--runs', placeholder: 'DIR', help: `Folder that holds the run folders [${defaultRuns}]` },
      { flag: '--port', placeholder: 'N', help: `Port to listen on; 0: any that is free [${defaultPort}]` },
      {
        flag: '--host',
        placeholder: 'ADDRESS',
        help: `Address to listen on; 0.0.0.0: all of this machine's [${defaultHost}: only this machine can see it]`,
      },
    ],
    examples: ['bun run dashboard', 'bun run dashboard --runs /data/runs --port 8080'],
  },
  async run(parsed) {
    for (const flag of ['--runs', '--host']) {
      if (parsed.flags.get(flag) === '') throw new UserError(`${flag} is empty.`, 'Give it a value, or leave it out.');
    }
    const named = parsed.flags.get('--runs');
    const runs = named ?? defaultRuns;
    const port = integerFlag(parsed, '--port', defaultPort, 0, 65_535);
    const hostname = parsed.flags.get('--host') ?? defaultHost;
    // Before the first run there is no such folder; the page says how to begin.
    if (named !== undefined || existsSync(runs)) requireFolder(runs);
    const ended = endSignal();
    const dashboard = await serveDashboard({ runs, port, hostname });
    if (!isLoopback(hostname)) {
      console.log(`Warning: whoever can reach ${hostname} sees all runs in ${shown(runs)}, without a password.`);
    }
    if (dashboard.pageError !== undefined) process.stderr.write(`${dashboard.pageError}\n`);
    console.log(`Dashboard of ${shown(runs)}: ${dashboard.url} (Ctrl-C ends it)`);
    await ended;
    await dashboard.stop();
    return 0;
  },
};

function requireFolder(runs: string): void {
  try {
    readdirSync(runs);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const first = `make the first run: ${runner()} train catch --out ${shown(runs)}`;
    if (code === 'ENOENT') throw new UserError(`There is no folder ${runs}.`, `Name one that holds runs, or ${first}`);
    if (code === 'ENOTDIR') throw new UserError(`${runs} is no folder.`, 'Name one that holds runs.');
    throw new UserError(`The folder ${runs} cannot be read: ${message}.`, 'Name one that can.');
  }
}

/** Resolves when the user or the system ends this. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
