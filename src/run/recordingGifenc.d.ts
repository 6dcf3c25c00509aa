/** The part of gifenc 1.0.3 that recordings use; the package ships no types. Source: its README. */
declare module 'gifenc' {
  interface FrameOptions {
    /** [red, green, blue] of each index. */
    palette: readonly (readonly [number, number, number])[];
    /** Indices are below 2 to this power. */
    colorDepth: number;
    /** Milliseconds. */
    delay: number;
    transparent?: boolean;
    transparentIndex?: number;
    /** 1: what was drawn stays. */
    dispose: number;
    /** 0: for ever. */
    repeat?: number;
  }
  export function GIFEncoder(): {
    writeFrame(indices: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  };
}
