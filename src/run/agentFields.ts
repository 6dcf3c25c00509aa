/** The configuration's fields that make the agent. */
import { z } from 'zod';
import { networkNames } from '../agent/options.ts';
import { agent, count, field, maxSteps, probability, steps } from './field.ts';

export const agentFields = {
  network: field(
    z.enum(networkNames),
    'nature',
    agent(
      'Lapan',
      'nature: three convolutions and 512 units (Mnih 2015); nature-padded: its first with a padding of 1 (DeepMind); nips2013: two and 256 ' +
        "(Mnih 2013); dueling: Graetz's; dueling-small: the same head on nips2013's convolutions; a file or folder with weights: --initial-weights",
    ),
  ),
  initialisation: field(
    z.enum(['fan-in', 'xavier']),
    'fan-in',
    agent('Lapan', 'First weights: uniform in +-1/sqrt(fan-in), or in +-sqrt(6/(fan-in + fan-out)) with biases of 0'),
  ),
  discount: field(probability, 0.99, agent('Lapan', 'Gamma, the weight of the next step’s value')),
  nSteps: field(count(1, 100), 1, agent('Lapan', 'Rewards summed before the value of the state that follows', steps)),
  doubleDqn: field(
    z.boolean(),
    false,
    agent('Lapan', 'The online network chooses the next action, the target network values it (van Hasselt 2016)'),
  ),
  batchSize: field(count(1, 4_096), 32, agent('Lapan', 'Transitions in an update', 'transitions')),
  replayCapacity: field(count(32, 1e8), 10_000, agent('Lapan', 'Transitions kept in the replay memory', 'transitions')),
  replaySampling: field(
    z.enum(['with-replacement', 'without-replacement']),
    'without-replacement',
    agent('Lapan', 'Whether a transition may stand twice in one batch'),
  ),
  replayGuard: field(
    z.enum(['exact', 'none']),
    'exact',
    agent(
      'this project',
      "none: a state may reach over the place where the memory is being written, as in DeepMind's code",
    ),
  ),
  replayBuffer: field(
    count(0, 1e6),
    0,
    agent(
      'Lapan',
      'Transitions drawn at once, for several batches; 0: each batch by itself (DeepMind: 512)',
      'transitions',
    ),
  ),
  nonTerminalProbability: field(
    z.number().gt(0).max(1),
    1,
    agent('Mnih 2015', 'A drawn transition that does not end an episode is kept with this probability'),
  ),
  nonEventProbability: field(
    z.number().gt(0).max(1),
    1,
    agent('Mnih 2015', 'A drawn transition without a reward is kept with this probability'),
  ),
  learnStart: field(count(1, maxSteps), 10_000, agent('Lapan', 'Steps before the first update', steps)),
  updateEvery: field(count(1, 1e6), 1, agent('Lapan', 'Steps between updates', steps)),
  updatesAtOnce: field(count(1, 1_000), 1, agent('Lapan', 'Updates each time', 'updates')),
  updateOrder: field(
    z.enum(['after-step', 'before-step']),
    'after-step',
    agent('Lapan', 'An update comes after its step, or between choosing the next action and playing it (DeepMind)'),
  ),
  targetEvery: field(count(1, 1e9), 1_000, agent('Lapan', 'Steps between copies to the target network', steps)),
  targetPhase: field(
    count(0, 1e9),
    0,
    agent('Lapan', 'It is copied when the steps leave this remainder (DeepMind: 1)', steps),
  ),
  epsilonStart: field(probability, 1, agent('Lapan', 'Probability of a random action at the beginning')),
  epsilonEnd: field(probability, 0.02, agent('Lapan', 'Probability of a random action after the decay')),
  epsilonDecaySteps: field(count(0, maxSteps), 100_000, agent('Lapan', 'Steps of the linear decay', steps)),
  epsilonDecayFrom: field(
    z.enum(['start', 'learn-start']),
    'start',
    agent('Lapan', 'Whether the decay begins with the run or with learning'),
  ),
  epsilonFinal: field(
    probability.nullable(),
    null,
    agent('Lapan', 'What a second linear piece of epsilon ends at; `none` for no second piece (Graetz: 0.01)'),
  ),
  epsilonFinalStep: field(count(0, maxSteps), 0, agent('Lapan', 'Step at which the second piece ends', steps)),
  greedyTies: field(z.enum(['first', 'random']), 'first', agent('Lapan', 'Which of several best actions is taken')),
  loss: field(
    z.enum(['squared', 'huber', 'clipped-delta']),
    'squared',
    agent('Lapan', 'Loss of the TD error; clipped-delta: the clipped error itself is the gradient (DeepMind)'),
  ),
  clipDelta: field(
    z.number().gt(0).max(1e9).nullable(),
    1,
    agent(
      'Mnih 2015',
      "Where Huber's loss turns linear and the delta is clipped; `none` with clipped-delta: not at all",
    ),
  ),
  rescaleRewards: field(
    z.boolean(),
    false,
    agent('Lapan', 'Rewards are divided by the largest one so far, at least 1 (DeepMind)'),
  ),
  gradient: field(
    z.enum(['mean', 'sum']),
    'mean',
    agent('Lapan', 'Whether a batch’s gradients are averaged or added (Mnih 2015: sum)'),
  ),
  weightCost: field(
    z.number().min(0).max(1),
    0,
    agent('Mnih 2015', 'L2 cost: so much of each weight is added to its gradient'),
  ),
  optimiser: field(
    z.enum(['adam', 'rmsprop', 'rmsprop-centred']),
    'adam',
    agent('Lapan', 'Kingma 2015; RMSProp with momentum; or the centred form of Mnih 2015'),
  ),
  learningRate: field(z.number().gt(0).max(10), 1e-4, agent('Lapan', 'Step size of the optimiser')),
  learningRateEnd: field(
    z.number().min(0).max(10).nullable(),
    null,
    agent('Mnih 2015', 'What the learning rate falls to, linearly, once learning has started; `none`: it stays'),
  ),
  learningRateDecaySteps: field(count(1, maxSteps), 1_000_000, agent('Mnih 2015', 'Steps of that fall', steps)),
  adamBeta1: field(z.number().min(0).lt(1), 0.9, agent('Kingma 2015', "Decay of Adam's mean gradient")),
  adamBeta2: field(z.number().min(0).lt(1), 0.999, agent('Kingma 2015', "Decay of Adam's mean squared gradient")),
  rmspropDecay: field(z.number().min(0).lt(1), 0.95, agent('Mnih 2015', "Decay of RMSProp's running means")),
  rmspropMomentum: field(z.number().min(0).lt(1), 0, agent('Mnih 2015', 'Momentum of the common RMSProp')),
  optimiserEpsilon: field(
    z.number().gt(0).max(1),
    1e-8,
    agent('Kingma 2015', 'Added to the denominator, or under its root in centred RMSProp (Mnih 2015: 0.01)'),
  ),
  storage: field(
    z.enum(['f32', 'f16']),
    'f32',
    agent(
      'this project',
      'What kernels read the weights from: the weights, or a copy of them rounded to f16 (by tiled kernels); all else is f32',
    ),
  ),
};
