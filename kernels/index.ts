/**
 * `wgsl-dqn/kernels`: everything of browser.ts, and `openGpu`, which finds an adapter under Bun and Node and reads the shaders from their
 * folder. A browser gets browser.ts in this file's place.
 */

export * from './browser.ts';
export type { ForcedAdapter } from './runtime/adapter.ts';
export { type OpenOptions, openGpu } from './runtime/openGpu.ts';
