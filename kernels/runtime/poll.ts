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
const napFraction = 1 / 8;
const shortestNapMs = 0.05;
const longestNapMs = 1;

const installed = Symbol.for('wgsl-dqn.sleepingPoll');
const napCell = new Int32Array(new SharedArrayBuffer(4));

type Callback = (...args: unknown[]) => void;

/** A promise's wait: the polls one after the other. Each instance of the addon has a wait of its own. */
interface Wait {
  polls: number;
  readonly startMs: number;
}

/** Replaces `globalThis.setImmediate` once in a process. */
export function installSleepingPoll(): void {
  const scope = globalThis as typeof globalThis & { [installed]?: boolean };
  if (scope[installed] === true) return;
  scope[installed] = true;

  const original = globalThis.setImmediate;
  /** The wait whose poll is running: a poll that asks for the next one continues it, any other call opens a new one. */
  let current: Wait | undefined;

  const napAndPoll = (poll: Callback, wait: Wait): void => {
    if (++wait.polls > busyPolls) {
      const waitedMs = performance.now() - wait.startMs;
      Atomics.wait(napCell, 0, 0, Math.min(Math.max(waitedMs * napFraction, shortestNapMs), longestNapMs));
    }
    current = wait;
    try {
      poll();
    } finally {
      current = undefined;
    }
  };

  const replacement = (callback: Callback, ...args: unknown[]): NodeJS.Immediate => {
    if (args.length > 0 || !isAddonPoll(callback)) return original(callback, ...args);
    return original(napAndPoll, callback, current ?? { polls: 0, startMs: performance.now() });
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
