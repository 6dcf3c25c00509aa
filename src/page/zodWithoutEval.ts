/**
 * Zod compiles its schemas with `new Function`, which the server's Content-Security-Policy forbids. What its modules find under this name
 * when they are loaded is their configuration (zod 4.6, v4/core/core.js); its `config()` would come too late for schemas of the same chunk.
 */
export function keepZodFromCompiling(): void {
  Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
}
