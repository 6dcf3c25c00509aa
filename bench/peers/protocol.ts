/**
 * How a peer, in its own process, is asked: lines of JSON on stdin, answers as lines of JSON on stdout after `@peer `; whatever else a
 * library prints there is no answer. pytorch.py speaks the same.
 *
 * It begins with `ready` (or `failed`), then answers each `{measure, ms}` with `{samples}`, and ends with its input.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { NamedArray } from '../../src/agent/weights.ts';
import { decodeFixture, type Fixture, flatWeights } from './work.ts';

export const works = ['update', 'forward32', 'forward1'] as const;
export type Work = (typeof works)[number];

/** `replaced`: the sleeping poll of kernels/runtime/poll.ts; `own`: the provider has one that cannot be replaced; `none`: no poll. */
export type Poll = 'replaced' | 'own' | 'none';

/** What a peer computed from the fixture. A peer that only infers has no loss and no weights. */
export interface Answers {
  readonly actions: readonly number[];
  readonly action: number;
  readonly loss?: number;
  /** In PyTorch's layout, after one update. */
  readonly weights?: Float32Array;
}

export interface Ready {
  /** Of the library, and of what it runs on where that has one. */
  readonly version: string;
  readonly adapter: string;
  readonly poll: Poll;
  readonly actions: readonly number[];
  readonly action: number;
  readonly loss?: number;
}

export type Message = { readonly ready: Ready } | { readonly failed: string } | { readonly samples: readonly number[] };

/** Before each message. */
export const mark = '@peer ';

/** A peer: each call ends when its answer is on the host. */
export interface Peer {
  readonly version: string;
  readonly adapter: string;
  readonly poll: Poll;
  /** One update; resolves to the mean loss before it. Absent where the library only infers. */
  update?(): Promise<number>;
  /** The online weights now, in PyTorch's layout. */
  weights?(): Promise<readonly NamedArray[]>;
  /** The greedy actions in the fixture's states. */
  forward32(): Promise<ArrayLike<number>>;
  /** The greedy action in the fixture's first state. */
  forward1(): Promise<number>;
}

/** Not measured, at the start of each turn. */
const warmUps = 2;
const fewestSamples = 3;

/** Runs a peer as the program of this process: `FIXTURE WEIGHTS` on its command line. */
export async function servePeer(open: (fixture: Fixture) => Promise<Peer>): Promise<never> {
  const [fixturePath, weightsPath] = process.argv.slice(-2);
  try {
    const peer = await open(decodeFixture(readFileSync(fixturePath)));
    send({ ready: await answer(peer, weightsPath) });
    for await (const line of createInterface({ input: process.stdin })) {
      const { measure, ms } = JSON.parse(line) as { measure: Work; ms: number };
      send({ samples: await sample(peer, measure, ms) });
    }
    process.exit(0);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    send({ failed: text.split('\n')[0] });
    process.exit(1);
  }
}

async function answer(peer: Peer, weightsPath: string): Promise<Ready> {
  const { version, adapter, poll } = peer;
  const actions = Array.from(await peer.forward32());
  const action = await peer.forward1();
  const about = { version, adapter, poll, actions, action };
  if (peer.update === undefined || peer.weights === undefined) return about;
  const loss = await peer.update();
  writeFileSync(weightsPath, new Uint8Array(flatWeights(await peer.weights()).buffer));
  return { ...about, loss };
}

async function sample(peer: Peer, work: Work, ms: number): Promise<number[]> {
  const run = async (): Promise<unknown> => peer[work]?.();
  for (let i = 0; i < warmUps; i++) await run();
  const samples: number[] = [];
  const endMs = performance.now() + ms;
  while (samples.length < fewestSamples || performance.now() < endMs) {
    const startMs = performance.now();
    await run();
    samples.push(performance.now() - startMs);
  }
  return samples;
}

function send(message: Message): void {
  writeFileSync(1, `${mark}${JSON.stringify(message)}\n`);
}
