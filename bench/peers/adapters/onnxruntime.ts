/** onnxruntime on the CPU: forward passes only. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { type Peer, servePeer } from '../protocol.ts';
import { batchSize, type Fixture, side, stack, stateBytes } from '../work.ts';
import { onnxModel } from './onnxModel.ts';

async function open(fixture: Fixture): Promise<Peer> {
  const threads = availableParallelism();
  const session = await ort.InferenceSession.create(onnxModel(fixture.online), { intraOpNumThreads: threads });
  const actions = async (bytes: Uint8Array, batch: number): Promise<number[]> => {
    const states = new ort.Tensor('uint8', bytes, [batch, stack, side, side]);
    const { actions: chosen } = await session.run({ states });
    return Array.from(chosen.data as BigInt64Array, Number);
  };
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return {
    version,
    adapter: `CPU, ${threads} thread(s)`,
    poll: 'none',
    forward32: () => actions(fixture.state, batchSize),
    forward1: async () => (await actions(fixture.state.subarray(0, stateBytes), 1))[0],
  };
}

await servePeer(open);
