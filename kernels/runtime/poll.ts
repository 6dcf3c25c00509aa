/**
 * A sleeping poll in place of the `webgpu` addon's busy one. While any GPU promise is pending, the addon calls `setImmediate` with a
 * native function that polls the device and calls `setImmediate` again: a whole core burnt, which on a software adapter is a core
 * taken from the kernels. It looks `setImmediate` up at each call, so a replacement can nap between two polls.
 * Leaves out: the second provider (`bun-webgpu`), which polls from microtasks of its own.
 *
 * A submission of four kernels and a small read, on Mesa lavapipe and two cores (median, busy poll -> this one): 17.2 ms -> 10.3 ms;
 * 438 -> 258 ms; a short one of 0.49 -> 0.57 ms, for half the CPU time.
 *
 * Every call by anything else than the addon goes straight to the original. Delete this when the addon waits by itself.
 */

/** Polls without a nap at the start of each wait: what is nearly ready is returned without delay. */
const busyPolls = 8;
/** A nap lasts this part of the time waited so far, so that sleeping too long costs at most this part. */
const napFraction = 1 / 16;
/**
 * The first nap lasts until this part of the shortest of the latest waits, and no longer than any: a loop waits about as long each time,
 * and a poll that cannot succeed takes time from a software adapter's kernels. Choosing an action, in turns: 1.54 ms -> 1.31 ms.
 */
const sureFraction = 0.7;
const rememberedWaits = 4;
const shortestNapMs = 0.05;
const longestNapMs = 1;

const installed = Symbol.for('wgsl-dqn.sleepingPoll');
const napCell = new Int32Array(new SharedArrayBuffer(4));

type Callback = (...args: unknown[]) => void;

/** A promise's wait: the polls one after the other. Each instance of the addon has a wait of its own. Times in milliseconds. */
interface Wait {
  polls: number;
  readonly startMs: number;
  /** Until its latest poll. */
  lengthMs: number;
  /** What it takes at least, going by those before. */
  readonly leastMs: number;
}

/** How long to nap before each poll. Knows no clock. */
export class Naps {
  readonly #latest: Wait[] = [];

  /** A wait begins. */
  open(nowMs: number): Wait {
    const lengths = this.#latest.map(({ lengthMs }) => lengthMs);
    const leastMs = lengths.length < rememberedWaits ? 0 : Math.min(sureFraction * Math.min(...lengths), longestNapMs);
    const wait = { polls: 0, startMs: nowMs, lengthMs: 0, leastMs };
    this.#latest.push(wait);
    if (this.#latest.length > rememberedWaits) this.#latest.shift();
    return wait;
  }

  /** Milliseconds to nap before the next poll of this wait; 0: poll now. */
  next(wait: Wait, nowMs: number): number {
    const waitedMs = nowMs - wait.startMs;
    const wantedMs = Math.max(waitedMs * napFraction, wait.leastMs - waitedMs, shortestNapMs);
    const napMs = ++wait.polls > busyPolls ? Math.min(wantedMs, longestNapMs) : 0;
    wait.lengthMs = waitedMs + napMs;
    return napMs;
  }
}

/** Replaces `globalThis.setImmediate` once in a process. */
export function installSleepingPoll(): void {
  const scope = globalThis as typeof globalThis & { [installed]?: boolean };
  if (scope[installed] === true) return;
  scope[installed] = true;

  const original = globalThis.setImmediate;
  /** The wait whose poll is running: a poll that asks for the next one continues it, any other call opens a new one. */
  let current: Wait | undefined;
  const naps = new Naps();

  const napAndPoll = (poll: Callback, wait: Wait): void => {
    const napMs = naps.next(wait, performance.now());
    if (napMs > 0) Atomics.wait(napCell, 0, 0, napMs);
    current = wait;
    try {
      poll();
    } finally {
      current = undefined;
    }
  };

  const replacement = (callback: Callback, ...args: unknown[]): NodeJS.Immediate => {
    if (args.length > 0 || !isAddonPoll(callback)) return original(callback, ...args);
    return original(napAndPoll, callback, current ?? naps.open(performance.now()));
  };
  // Keeps what hangs on the function, such as its promisified form.
  globalThis.setImmediate = Object.assign(replacement, original) as unknown as typeof setImmediate;
}

/** The addon's callback is the only nameless native function of no parameters that reaches `setImmediate`; bound ones are named. */
function isAddonPoll(callback: Callback): boolean {
  return (
    typeof callback === 'function' &&
    callback.name === '' &&
    callback.length === 0 &&
    Function.prototype.toString.call(callback).includes('[native code]')
  );
}
