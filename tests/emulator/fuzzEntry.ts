/** What the fuzz tests use of the emulator: the entry of the build that fuzzChecked.ts instruments. */
export { Arcade } from '../../src/env/arcade.ts';
export { games } from '../../src/games/registry.ts';
