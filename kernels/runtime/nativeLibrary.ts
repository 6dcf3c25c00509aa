/**
 * The few calls to the C library that the runtime needs on Linux: environment variables that native code sees (assigning to
 * `process.env` does not reach `getenv` under Bun) and the capture of what native code writes to the standard error stream.
 * Leaves out: macOS and Windows, where none of it is needed, and Node, which cannot make such calls: it does without.
 */
import { closeSync, readSync, writeSync } from 'node:fs';

type Ffi = typeof import('bun:ffi');

const stderrFd = 2;
const isBun = process.versions['bun'] !== undefined;

interface CLibrary {
  setenv(name: Uint8Array, value: Uint8Array, overwrite: number): number;
  dup(fd: number): number;
  dup2(from: number, to: number): number;
  memfd_create(name: Uint8Array, flags: number): number;
}

let library: CLibrary | undefined;

async function cLibrary(): Promise<CLibrary | undefined> {
  if (library !== undefined || process.platform !== 'linux' || !isBun) return library;
  const { dlopen } = (await import('bun:ffi')) as Ffi;
  const declarations = {
    setenv: { args: ['buffer', 'buffer', 'i32'], returns: 'i32' },
    dup: { args: ['i32'], returns: 'i32' },
    dup2: { args: ['i32', 'i32'], returns: 'i32' },
    memfd_create: { args: ['buffer', 'u32'], returns: 'i32' },
  } as const;
  // glibc's name, then musl's.
  for (const name of ['libc.so.6', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`]) {
    try {
      library = dlopen(name, declarations).symbols as unknown as CLibrary;
      return library;
    } catch {
      // The next name.
    }
  }
  return undefined;
}

const cString = (text: string): Uint8Array => Buffer.from(`${text}\0`);

/** Sets an environment variable for native code and for JavaScript. False where the C library cannot be reached. */
export async function setNativeEnvironment(name: string, value: string): Promise<boolean> {
  process.env[name] = value;
  const c = await cLibrary();
  return c !== undefined && c.setenv(cString(name), cString(value), 1) === 0;
}

/** Opens a shared library and keeps it open for the life of the process. `symbol` is any function that it exports. */
export async function keepLibraryOpen(path: string, symbol: string): Promise<void> {
  const { dlopen } = (await import('bun:ffi')) as Ffi;
  openLibraries.push(dlopen(path, { [symbol]: { args: [], returns: 'ptr' } }));
}
const openLibraries: unknown[] = [];

/** Whether the dynamic linker finds a library that exports `symbol`; under Node, which cannot look, true. */
export async function hasLibrary(name: string, symbol: string): Promise<boolean> {
  if (!isBun) return true;
  const { dlopen } = (await import('bun:ffi')) as Ffi;
  try {
    dlopen(name, { [symbol]: { args: [], returns: 'ptr' } }).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs `action` and returns what it wrote to the standard error stream meanwhile, native code included. `action` must not await:
 * what other code writes would be taken too. Where the capture cannot be set up the text is empty and the stream is as it was.
 */
export async function captureStderr<T>(action: () => T): Promise<{ result: T; text: string }> {
  const c = await cLibrary();
  const memory = c?.memfd_create(cString('stderr'), 0) ?? -1;
  if (c === undefined || memory < 0) return { result: action(), text: '' };
  const saved = c.dup(stderrFd);
  if (saved < 0) {
    closeSync(memory);
    return { result: action(), text: '' };
  }
  c.dup2(memory, stderrFd);
  let result: T;
  try {
    result = action();
  } finally {
    c.dup2(saved, stderrFd);
    closeSync(saved);
  }
  const text = readAll(memory);
  closeSync(memory);
  return { result, text };
}

function readAll(fd: number): string {
  const chunk = Buffer.alloc(64 * 1024);
  let text = '';
  for (let position = 0; ; ) {
    const length = readSync(fd, chunk, 0, chunk.length, position);
    if (length === 0) return text;
    text += chunk.toString('utf8', 0, length);
    position += length;
  }
}

/** Writes to the standard error stream at once. */
export function writeStderr(text: string): void {
  writeSync(stderrFd, text);
}
