/** `bun run bench peers`: the same update and forward passes by this project and by other libraries, in turns (README.md). */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, numberFlag } from '../../src/cli/arguments.ts';
import { shown } from '../../src/cli/words.ts';
import { UserError } from '../../src/errors.ts';
import { writeAtomically } from '../../src/run/files.ts';
import { requireWritable } from '../../src/run/recordingFile.ts';
import { didYouMean } from '../../src/run/resolve.ts';
import { observeMachine } from '../machine.ts';
import { type Expected, expectedAnswers, wrongIn } from './check.ts';
import { PeerProcess } from './peerProcess.ts';
import { type Ready, type Work, works } from './protocol.ts';
import { type AbsentPeer, type PeerRow, type PeersResults, textReport, timing } from './results.ts';
import { createFixture, encodeFixture } from './work.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const defaultSeconds = 6;
/** Each peer's turns at each work. */
const turns = 3;

/** Each peer's program and its first words. */
export const peerPrograms: Readonly<Record<string, readonly [program: string, ...words: string[]]>> = {
  'wgsl-dqn': ['ours.ts'],
  'tfjs-webgpu': ['adapters/tfjs.ts', 'webgpu'],
  'tfjs-wasm': ['adapters/tfjs.ts', 'wasm'],
  'jax-js': ['adapters/jaxJs.ts'],
  onnxruntime: ['adapters/onnxruntime.ts'],
  'pytorch-cpu': ['pytorch.py', 'cpu'],
  'pytorch-cuda': ['pytorch.py', 'cuda'],
  'pytorch-cuda-compile': ['pytorch.py', 'cuda-compile'],
  'pytorch-cuda-graph': ['pytorch.py', 'cuda-graph'],
};

export const peersCommand: Command = {
  spec: {
    name: 'bench peers',
    summary: 'Measure the update and the forward pass beside other libraries.',
    positionals: [],
    flags: [
      { flag: '--seconds', placeholder: 'N', help: `Seconds for each peer and work [${defaultSeconds}]` },
      { flag: '--only', placeholder: 'NAME', help: `One peer: ${Object.keys(peerPrograms).join(', ')}` },
      { flag: '--python', placeholder: 'PATH', help: 'The Python that has torch [python3]' },
      { flag: '--json', help: 'Print the results as JSON and nothing else' },
      { flag: '--out', placeholder: 'FILE', help: 'Write the results to FILE.json' },
    ],
    examples: ['bun run bench peers', 'bun run bench peers --only jax-js --seconds 10 --json'],
  },
  async run(parsed) {
    const seconds = numberFlag(parsed, '--seconds', defaultSeconds, 0.01, 3600);
    const only = parsed.flags.get('--only');
    const names = Object.keys(peerPrograms);
    if (only !== undefined && !names.includes(only)) {
      throw new UserError(`There is no peer "${only}".`, didYouMean(only, names));
    }
    const out = parsed.flags.get('--out');
    if (out !== undefined) requireWritable(out, '.json');
    requireInstalled();
    const results = await measure(
      only === undefined ? names : [only],
      seconds,
      parsed.flags.get('--python') ?? 'python3',
    );
    const json = JSON.stringify(results, null, 2);
    if (out !== undefined) writeAtomically(out, new TextEncoder().encode(`${json}\n`));
    if (parsed.flags.has('--json')) {
      console.log(json);
    } else {
      for (const line of textReport(results)) console.log(line);
      if (out !== undefined) console.log(`\nWrote ${shown(out)}`);
    }
    return 0;
  },
};

/** Throws UserError, one line and what to do, where the libraries are not installed. */
export function requireInstalled(installed = existsSync(join(folder, 'node_modules'))): void {
  if (installed) return;
  throw new UserError('The libraries to compare with are not installed.', 'Run: (cd bench/peers && npm ci)');
}

/** A peer that gave the right answers. */
interface OpenPeer {
  readonly name: string;
  readonly process: PeerProcess;
  readonly ready: Ready;
  readonly samples: Readonly<Record<Work, number[]>>;
}

async function measure(names: readonly string[], seconds: number, python: string): Promise<PeersResults> {
  const observed = observeMachine();
  const fixture = createFixture();
  const expected = expectedAnswers(fixture);
  const folderOfRun = mkdtempSync(join(tmpdir(), 'wgsl-dqn-peers-'));
  let open: OpenPeer[] = [];
  const absent: AbsentPeer[] = [];
  try {
    writeFileSync(join(folderOfRun, 'fixture.safetensors'), encodeFixture(fixture));
    for (const name of names) {
      const peer = await openPeer(name, folderOfRun, python, expected);
      if ('reason' in peer) absent.push(peer);
      else open.push(peer);
    }
    for (let turn = 0; turn < turns * works.length; turn++) {
      for (const peer of open) {
        const failed = await takeTurn(peer, works[turn % works.length], (1000 * seconds) / turns);
        if (failed !== undefined) absent.push({ name: peer.name, wrong: false, reason: failed });
      }
      open = open.filter(({ name }) => absent.every((peer) => peer.name !== name));
    }
  } finally {
    for (const { process: peer } of open) await peer.end();
    rmSync(folderOfRun, { recursive: true, force: true });
  }
  return {
    what: 'bun run bench peers',
    ...observed(),
    seconds,
    expectedLoss: expected.loss,
    rows: open.map(rowOf),
    absent,
  };
}

/** Starts a peer and holds its answers to what is right. */
async function openPeer(
  name: string,
  folderOfRun: string,
  python: string,
  expected: Expected,
): Promise<OpenPeer | AbsentPeer> {
  const [program, ...words] = peerPrograms[name];
  const weightsPath = join(folderOfRun, `${name}.weights`);
  const runner = program.endsWith('.py') ? python : process.execPath;
  const files = [join(folderOfRun, 'fixture.safetensors'), weightsPath];
  const peer = new PeerProcess([runner, join(folder, program), ...words, ...files]);
  const message = await peer.next();
  if ('ready' in message) {
    const { ready } = message;
    const weights = ready.loss === undefined ? {} : { weights: readWeights(weightsPath) };
    const reason = wrongIn({ ...ready, ...weights }, expected);
    if (reason === undefined)
      return { name, process: peer, ready, samples: { update: [], forward32: [], forward1: [] } };
    await peer.end();
    return { name, wrong: true, reason };
  }
  await peer.end();
  return { name, wrong: false, reason: 'failed' in message ? message.failed : 'it measures before it is asked' };
}

function readWeights(path: string): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(path)).buffer);
}

/** Adds to the peer's samples; resolves to the reason where it fails. */
async function takeTurn(
  { process: peer, ready, samples }: OpenPeer,
  work: Work,
  ms: number,
): Promise<string | undefined> {
  if (work === 'update' && ready.loss === undefined) return undefined;
  const message = await peer.ask(work, ms);
  if ('samples' in message) samples[work].push(...message.samples);
  return 'failed' in message ? message.failed : undefined;
}

function rowOf({ name, ready, samples }: OpenPeer): PeerRow {
  const { version, adapter, poll, loss } = ready;
  return {
    name,
    version,
    adapter,
    poll,
    ...(loss !== undefined && { loss, update: timing(samples.update) }),
    forward32: timing(samples.forward32),
    forward1: timing(samples.forward1),
  };
}
