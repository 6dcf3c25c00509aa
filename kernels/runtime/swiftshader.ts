/**
 * A software Vulkan adapter without root: SwiftShader and a Vulkan loader, carried by the npm package `@sparticuz/chromium` for x64
 * Linux, unpacked once to the user's cache folder and offered to Dawn.
 * Leaves out: other platforms, where a driver or a system package is the way.
 *
 * The order that works in one process: set VK_DRIVER_FILES for native code, open the package's loader by its absolute path and keep
 * it open, then make a new instance: Dawn's own search for `libvulkan.so.1` finds the one that is open.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { keepLibraryOpen, setNativeEnvironment } from './nativeLibrary.ts';

const packageName = '@sparticuz/chromium';
const loader = 'libvulkan.so.1';
const manifest = 'vk_swiftshader_icd.json';
/** What Vulkan needs of the archive; the rest is OpenGL. */
const neededFiles = [loader, 'libvk_swiftshader.so', manifest];
/** Beside them: their lengths in bytes. */
const sizesFile = 'sizes.json';

/** Whether this platform and installation can run SwiftShader; otherwise why not. */
export function swiftShaderArchive(): { path: string; version: string } | { missing: string } {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 'SwiftShader is carried for x64 Linux only' };
  const resolver = createRequire(import.meta.url);
  let main: string;
  try {
    main = resolver.resolve(packageName);
  } catch {
    return { missing: `the optional package ${packageName} is not installed` };
  }
  // The package exports its main module only; its root is the nearest folder above that has a package.json.
  let root = dirname(main);
  while (!existsSync(join(root, 'package.json')) && dirname(root) !== root) root = dirname(root);
  const path = join(root, 'bin', 'swiftshader.tar.br');
  if (!existsSync(path)) return { missing: `${path} is not there` };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { path, version };
}

/** `$XDG_CACHE_HOME/wgsl-dqn`, by default `~/.cache/wgsl-dqn`. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'wgsl-dqn');
}

/**
 * Unpacks SwiftShader unless it is in the cache already, and returns its folder. Safe against other processes doing the same: each
 * unpacks to a folder of its own and renames it. Throws what the file system throws.
 */
export function unpackSwiftShader(archive: { path: string; version: string }): string {
  const folder = join(cacheFolder(), `swiftshader-${archive.version}`);
  if (isWhole(folder)) return folder;
  const temporary = `${folder}.${randomBytes(6).toString('hex')}`;
  mkdirSync(temporary, { recursive: true });
  try {
    const files = readTar(brotliDecompressSync(readFileSync(archive.path)));
    for (const file of neededFiles) {
      const content = files.get(file);
      if (content === undefined) throw new Error(`${archive.path} holds no ${file}`);
      writeFileSync(join(temporary, file), content, { mode: 0o755 });
    }
    const sizes = Object.fromEntries(neededFiles.map((file) => [file, files.get(file)?.length]));
    writeFileSync(join(temporary, sizesFile), JSON.stringify(sizes));
    moveInto(folder, temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Renames `temporary` to `folder`, unless another process did so first; a damaged folder in the way is removed. */
function moveInto(folder: string, temporary: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(temporary, folder);
      return;
    } catch (error) {
      if (isWhole(folder)) return;
      if (attempt === 3 || !existsSync(folder)) throw error;
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Whether all files are there in full length, as a machine switched off while unpacking would not leave them. */
function isWhole(folder: string): boolean {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, sizesFile), 'utf8')) as Record<string, number>;
    return neededFiles.every((file) => statSync(join(folder, file)).size === sizes[file]);
  } catch {
    return false;
  }
}

/** Makes Dawn's next instance see SwiftShader, and only it. */
export async function offerSwiftShader(folder: string): Promise<void> {
  if (!(await setNativeEnvironment('VK_DRIVER_FILES', join(folder, manifest)))) {
    throw new Error('the C library does not load, so VK_DRIVER_FILES cannot be set');
  }
  await keepLibraryOpen(join(folder, loader), 'vkEnumerateInstanceVersion');
}

/** The regular files of an uncompressed tar archive by name (POSIX.1-1988 ustar headers of 512 bytes; no long names). */
function readTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const blockBytes = 512;
  const text = (start: number, length: number): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset + start, length)
      .toString('latin1')
      .split('\0')[0];
  const files = new Map<string, Uint8Array>();
  for (let header = 0; header + blockBytes <= bytes.length && bytes[header] !== 0; ) {
    const size = Number.parseInt(text(header + 124, 12), 8);
    const type = text(header + 156, 1);
    const start = header + blockBytes;
    if (type === '0' || type === '')
      files.set(text(header, 100).replace(/^\.\//, ''), bytes.subarray(start, start + size));
    header = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return files;
}
