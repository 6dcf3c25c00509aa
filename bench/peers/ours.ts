/** This project as one of the peers: what the agent runs, from src/agent and kernels. */
import { argmaxForward } from '../../kernels/max.ts';
import { adapterName } from '../../kernels/runtime/adapterInfo.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { FrameHistory } from '../../src/agent/frameHistory.ts';
import { Learner } from '../../src/agent/learner.ts';
import { bind, forwardPass, ParameterSet } from '../../src/agent/network.ts';
import { visitTraining } from '../../src/agent/passes.ts';
import { Policy } from '../../src/agent/policy.ts';
import { toNamedArrays } from '../../src/agent/weights.ts';
import { chooseKernels } from '../../src/run/kernelChoices.ts';
import { provenance } from '../../src/run/provenance.ts';
import { options, replayBatch } from './check.ts';
import { type Peer, servePeer } from './protocol.ts';
import { pollInUse } from './webgpu.ts';
import { batchSize, type Fixture, nature, parameterBuffer, side, stack, stateBytes } from './work.ts';

async function open(fixture: Fixture): Promise<Peer> {
  const gpu = await openGpu();
  const { choose } = await chooseKernels(gpu, (ask) => visitTraining(nature, batchSize, ask));
  const online = new ParameterSet(gpu, nature, 'online');
  online.write(parameterBuffer(fixture.online));
  const learner = new Learner(gpu, online, options, choose);
  learner.target.write(parameterBuffer(fixture.target));
  const batch = replayBatch(fixture);

  const frames = gpu.tensor('forward.frames', [batchSize * stack, side, side], 'u8');
  const frameNumbers = gpu.tensor('forward.frameNumbers', [batchSize, stack], 'u32');
  gpu.write(
    frameNumbers,
    Uint32Array.from({ length: batchSize * stack }, (_, frame) => frame),
  );
  const pass = forwardPass(gpu, online, { frames, frameNumbers }, choose);
  const output = gpu.tensor('forward.actions', [batchSize], 'u32');
  const steps = [...pass.steps, ...bind(gpu, argmaxForward({ values: pass.output, output }))];
  const actions = gpu.readback(output);

  const policy = new Policy(gpu, online, side, stack, choose);
  const history = new FrameHistory(stack, side * side, 'zero');
  for (let at = 0; at < stateBytes; at += side * side) history.push(fixture.state.subarray(at, at + side * side));
  await gpu.compiled();

  const { versions } = provenance();
  return {
    version: versions['wgsl-dqn'],
    adapter: `${adapterName(gpu.adapter.info)} (${gpu.provider.name} ${gpu.provider.version})`,
    poll: pollInUse(),
    async update() {
      await learner.update(batch, options.learningRate);
      return (await learner.statistics()).meanLoss;
    },
    weights: async () => toNamedArrays(nature, await online.read()),
    async forward32() {
      gpu.write(frames, fixture.state);
      await actions.read(steps);
      return actions.u32;
    },
    forward1() {
      // All four frames go up, as in the peers; while acting it is the newest alone.
      history.changed.fill(1);
      return policy.act(history);
    },
  };
}

await servePeer(open);
