/**
 * Frames/s of other emulators, on one core, every frame drawn, with varied actions and after warming up. Measured on 2 cores of an AMD
 * EPYC (Zen 5) with Bun 1.4.4, so not on the machine that a new result is of.
 */
export interface Peer {
  readonly name: string;
  /** Said in a table's note. */
  readonly about: string;
  readonly framesPerSecond: Readonly<Record<string, number>>;
}

export const peersMachine = '2 cores of an AMD EPYC (Zen 5)';

export const peers: readonly Peer[] = [
  {
    name: 'ALE',
    about: 'the Arcade Learning Environment 0.12.1, C++',
    framesPerSecond: { tiafuzz01: 12649, cpufuzz01: 11792, 'genuine pong': 21053, 'genuine breakout': 16095 },
  },
  {
    name: 'Javatari',
    about: 'Javatari 5.0.4 on Bun',
    framesPerSecond: { tiafuzz01: 3591, cpufuzz01: 2121, 'genuine pong': 4423, 'genuine breakout': 4775 },
  },
  {
    name: '6502.ts',
    about: '6502.ts 1.1.4 on Bun',
    framesPerSecond: { tiafuzz01: 625, 'genuine pong': 1021, 'genuine breakout': 1059 },
  },
];
