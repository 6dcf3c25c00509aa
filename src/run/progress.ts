/**
 * What a run shows while it goes on: one live status line on a terminal, plain lines elsewhere.
 * Leaves out: what is kept (metrics.ts).
 */

export interface Progress {
  readonly agentSteps: number;
  readonly updates: number;
  /** Whole games finished. */
  readonly episodes: number;
  /** null before the first game has ended. */
  readonly meanReward100: number | null;
  readonly epsilon: number;
  /** Of the last interval of `metricsEvery` steps; null where it held no update. */
  readonly meanLoss: number | null;
  readonly meanQ: number | null;
  readonly stepsPerSecond: number;
  readonly updatesPerSecond: number;
  /** Until the last of `steps`, at this speed; null where the run has no such end. */
  readonly secondsLeft: number | null;
}

export interface Display {
  /** How often `progress` wants to be called. */
  readonly intervalSeconds: number;
  progress(progress: Progress): void;
  /** In the place of the progress, while something else goes on. */
  status(text: string): void;
  /** A line of its own, for example when something was saved. */
  line(text: string): void;
  /** Nothing will be shown any more; the last progress stays visible. */
  close(): void;
}

/** The display that suits the output: live on a terminal, lines every `logEverySeconds` elsewhere. */
export function createDisplay(output: NodeJS.WriteStream, logEverySeconds: number): Display {
  return output.isTTY ? new StatusLine(output) : new PlainLines(output, logEverySeconds);
}

/** One line for a human: `12,000 steps | 130 games | mean100 -2.31 | …`. */
export function progressText(progress: Progress): string {
  const { agentSteps, episodes, meanReward100, epsilon, meanLoss, meanQ } = progress;
  const parts = [
    `${grouped(agentSteps)} steps`,
    `${grouped(episodes)} games`,
    `mean100 ${meanReward100 === null ? '-' : meanReward100.toFixed(2)}`,
    `epsilon ${epsilon.toFixed(3)}`,
    `loss ${meanLoss === null ? '-' : meanLoss.toPrecision(3)}`,
    `Q ${meanQ === null ? '-' : meanQ.toPrecision(3)}`,
    `${rate(progress.stepsPerSecond)} steps/s`,
    `${rate(progress.updatesPerSecond)} updates/s`,
  ];
  if (progress.secondsLeft !== null) parts.push(`${durationText(progress.secondsLeft)} left`);
  return parts.join(' | ');
}

/** The same for narrow terminals, at most about 80 characters. */
export function shortProgressText(progress: Progress): string {
  const { agentSteps, episodes, meanReward100, epsilon, meanLoss, meanQ, secondsLeft } = progress;
  const parts = [
    `${grouped(agentSteps)} st ${grouped(episodes)} ga`,
    `mean ${meanReward100 === null ? '-' : meanReward100.toFixed(1)}`,
    `eps ${epsilon.toFixed(2)}`,
    `loss ${meanLoss === null ? '-' : meanLoss.toPrecision(2)}`,
    `Q ${meanQ === null ? '-' : meanQ.toPrecision(2)}`,
    `${rate(progress.stepsPerSecond)} st/s ${rate(progress.updatesPerSecond)} up/s`,
  ];
  if (secondsLeft !== null) parts.push(durationText(secondsLeft));
  return parts.join(' ');
}

/** `1:02:03`, `2:03`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** A line that is written over itself. It is cut to the terminal's width, since a wrapped line could not be overwritten. */
class StatusLine implements Display {
  readonly intervalSeconds = 0.25;
  readonly #output: NodeJS.WriteStream;
  #shown = '';

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  progress(progress: Progress): void {
    const full = progressText(progress);
    this.status(full.length < this.#columns ? full : shortProgressText(progress));
  }

  status(text: string): void {
    this.#shown = text.slice(0, this.#columns - 1);
    this.#output.write(`\r\x1b[K${this.#shown}`);
  }

  line(text: string): void {
    this.#output.write(`\r\x1b[K${text}\n${this.#shown}`);
  }

  get #columns(): number {
    return this.#output.columns || 80;
  }

  close(): void {
    if (this.#shown !== '') this.#output.write('\n');
    this.#shown = '';
  }
}

class PlainLines implements Display {
  readonly intervalSeconds: number;
  readonly #output: NodeJS.WriteStream;

  constructor(output: NodeJS.WriteStream, intervalSeconds: number) {
    this.#output = output;
    this.intervalSeconds = intervalSeconds;
  }

  progress(progress: Progress): void {
    this.line(progressText(progress));
  }

  status(text: string): void {
    this.line(text);
  }

  line(text: string): void {
    this.#output.write(`${text}\n`);
  }

  close(): void {}
}

/** 1,234 */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** 9.5, 1,234 */
export function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : grouped(Math.round(perSecond));
}
