/**
 * Whether the replay memory fits, asked before a run instead of found out in the middle of one.
 * Leaves out: how much memory a GPU has, which WebGPU does not say; session.ts tries.
 */
import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { UserError } from '../errors.ts';

/** Share of the memory that macOS and others, which count no reclaimable pages as free, can be expected to give. */
const shareOfTotal = 0.75;

/** Bytes that this process may still take without swapping: what the system has and what a container's limit leaves. */
export function availableMemoryBytes(): number {
  const meminfo = readText('/proc/meminfo');
  const kibibytes = meminfo === undefined ? undefined : /^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1];
  const free = process.platform === 'win32' ? freemem() : totalmem() * shareOfTotal;
  const system = kibibytes === undefined ? free : Number(kibibytes) * 1024;
  return Math.min(system, containerMemoryBytes());
}

/** Bytes as a reader says them: `70.6 MB`, `7.06 GB` (decimal units). */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return unit === 0 ? `${bytes} bytes` : `${size.toPrecision(3)} ${units[unit]}`;
}

/**
 * Throws UserError when a replay memory of `capacity` transitions, `neededBytes` in all, is more than `availableBytes`.
 * The hint says what would fit.
 */
export function requireReplayMemory(capacity: number, neededBytes: number, availableBytes: number): void {
  if (neededBytes <= availableBytes) return;
  const fitting = fittingCapacity((availableBytes / neededBytes) * capacity);
  throw new UserError(
    `A replay memory of ${capacity.toLocaleString('en-US')} transitions takes ${bytesText(neededBytes)}, ` +
      `and ${bytesText(availableBytes)} are available.`,
    fitting === undefined ? 'Free some memory.' : `--replay-capacity ${fitting} would fit.`,
  );
}

/** The UserError for frames of `neededBytes` that a GPU has no room for, but for those of `fitting` transitions. */
export function noRoomOnDevice(capacity: number, neededBytes: number, fitting: number): UserError {
  const suggestion = fittingCapacity(fitting);
  return new UserError(
    `The frames of a replay memory of ${capacity.toLocaleString('en-US')} transitions take ${bytesText(neededBytes)}, ` +
      'and the GPU has no room for them.',
    `${suggestion === undefined ? 'Use' : `--replay-capacity ${suggestion} would fit; or use`} --replay host.`,
  );
}

/** A capacity to suggest where `fitting` transitions just fit; undefined where that is too few to be of use. */
function fittingCapacity(fitting: number): number | undefined {
  const most = Math.floor(fitting * 0.9);
  // Two significant digits are easier to type and to remember.
  const unit = 10 ** Math.max(0, String(most).length - 2);
  const rounded = Math.floor(most / unit) * unit;
  return rounded < 1000 ? undefined : rounded;
}

/** What the limit of this process's control group leaves; Infinity without one. Page cache counts as free, since it is given back. */
function containerMemoryBytes(): number {
  const limit = Number(
    readText('/sys/fs/cgroup/memory.max') ?? readText('/sys/fs/cgroup/memory/memory.limit_in_bytes') ?? Number.NaN,
  );
  if (!Number.isFinite(limit) || limit > totalmem()) return Number.POSITIVE_INFINITY;
  const used = Number(
    readText('/sys/fs/cgroup/memory.current') ?? readText('/sys/fs/cgroup/memory/memory.usage_in_bytes') ?? 0,
  );
  const stat = readText('/sys/fs/cgroup/memory.stat') ?? readText('/sys/fs/cgroup/memory/memory.stat') ?? '';
  const cached = Number(/^(?:total_)?inactive_file (\d+)/m.exec(stat)?.[1] ?? 0);
  return Math.max(0, limit - used + cached);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
