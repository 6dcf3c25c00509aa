/**
 * The best score of each game that was played here, and of matches against the agent, in the browser's own storage.
 * A browser that keeps nothing (a private window) forgets them with the page.
 */

/** `Storage`, as far as it is used. */
export interface ScoreStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface MatchCount {
  readonly won: number;
  readonly lost: number;
  readonly drawn: number;
}

const prefix = 'wgsl-dqn.play.';
const noMatches: MatchCount = { won: 0, lost: 0, drawn: 0 };

export class BestScores {
  readonly #storage: ScoreStorage | undefined;
  readonly #known = new Map<string, string>();

  constructor(storage: ScoreStorage | undefined) {
    this.#storage = storage;
  }

  /** Of the cartridge with this MD5; undefined before its first game. */
  best(md5: string): number | undefined {
    const text = this.#read(`best.${md5}`);
    const score = text === undefined ? Number.NaN : Number(text);
    return Number.isFinite(score) ? score : undefined;
  }

  /** Takes note of a game's score; true where it is a new best. */
  note(md5: string, score: number): boolean {
    const before = this.best(md5);
    if (before !== undefined && before >= score) return false;
    this.#write(`best.${md5}`, String(score));
    return true;
  }

  matches(md5: string): MatchCount {
    const numbers = (this.#read(`matches.${md5}`) ?? '').split(' ').map(Number);
    if (numbers.length !== 3 || !numbers.every((count) => Number.isInteger(count) && count >= 0)) return noMatches;
    const [won, lost, drawn] = numbers;
    return { won, lost, drawn };
  }

  /** Takes note of a match's outcome. */
  noteMatch(md5: string, mine: number, agents: number): void {
    const { won, lost, drawn } = this.matches(md5);
    const counts = [won + Number(mine > agents), lost + Number(mine < agents), drawn + Number(mine === agents)];
    this.#write(`matches.${md5}`, counts.join(' '));
  }

  #read(key: string): string | undefined {
    try {
      return this.#storage?.getItem(prefix + key) ?? this.#known.get(key);
    } catch {
      return this.#known.get(key);
    }
  }

  #write(key: string, value: string): void {
    this.#known.set(key, value);
    try {
      this.#storage?.setItem(prefix + key, value);
    } catch {
      // Full, or forbidden: known until the page is left.
    }
  }
}

/** The browser's storage; undefined where it is forbidden. */
export function browserStorage(): ScoreStorage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
