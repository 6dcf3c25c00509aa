/** `bun run doctor`: the words of the command; what it looks at is in doctor.ts. */

import type { Command } from './arguments.ts';
import { doctor } from './doctor.ts';

export const doctorCommand: Command = {
  spec: {
    name: 'doctor',
    summary: 'Say whether this machine can train, and what to do where it cannot.',
    positionals: [],
    flags: [{ flag: '--json', help: 'Print one JSON object and nothing else' }],
    examples: ['bun run doctor', 'bun run doctor --json'],
  },
  run: (parsed) => doctor({ json: parsed.flags.has('--json') }),
};
