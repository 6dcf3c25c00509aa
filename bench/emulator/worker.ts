/** One console in a worker: warms up when it is told the cartridge, then plays slices and answers with what each of them was. */
import { type BenchCartridge, openCartridge } from './cartridges.ts';
import { type Mode, Player } from './player.ts';

declare const self: Worker;

let player: Player | undefined;

type Message = { cartridge: BenchCartridge; warmUpFrames: number } | { mode: Mode; ms: number };

self.onmessage = ({ data }: MessageEvent<Message>) => {
  if ('cartridge' in data) {
    player = new Player(openCartridge(data.cartridge));
    player.warmUp(data.warmUpFrames);
    self.postMessage('ready');
  } else {
    self.postMessage(player?.play(data.mode, data.ms));
  }
};
