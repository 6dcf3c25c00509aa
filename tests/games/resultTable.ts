/**
 * The stored table of RAM contents and results, results.txt: a change of the evaluator or of the contents that it is given cannot go unseen.
 * `bun tests/games/resultTable.ts` writes it anew from the reference's expressions.
 *
 * Lines: `# game`; `ram HEX [HEX]` begins an episode with all of the console's RAM (and of the cartridge's, where the game reads it); then a
 * frame each: the bytes that changed, `address=value` in hex or `-`, and `score reward terminal lives`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { play } from './contents.ts';
import { type Contents, facts, type GameFacts, ReferenceRules, type Result } from './expressions.ts';

const file = new URL('results.txt', import.meta.url).pathname;

/** Of the episodes that are tried, those that show most are stored, from their beginnings. */
const episodesTried = 120;
const episodesStored = 2;
/** Othello ends after 51 idle frames. */
const framesStored = (game: GameFacts): number => (game.id === 'othello' ? 64 : 20);

/** A byte's address, by its place in the RAM of the console and then of the cartridge, and the other way round. */
const addressOf = (place: number): number => (place < 128 ? 0x80 : 0xf080 - 128) + place;
const placeOf = (address: number): number => (address > 0xff ? 128 : 0) + (address & 0x7f);

export interface Frame {
  /** Console RAM, then cartridge RAM. */
  readonly bytes: Uint8Array;
  readonly result: Result;
}

/** The stored episodes of each game. */
export function readTable(): Map<string, Frame[][]> {
  const table = new Map<string, Frame[][]>();
  let episodes: Frame[][] = [];
  let bytes = new Uint8Array(256);
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const [first, ...rest] = line.split(' ');
    if (first === '#') {
      episodes = [];
      table.set(rest[0], episodes);
    } else if (first === 'ram') {
      bytes = new Uint8Array(256);
      bytes.set(Buffer.from(rest.join(''), 'hex'));
      episodes.push([]);
    } else {
      bytes = bytes.slice();
      for (const change of first === '-' ? [] : first.split(',')) {
        const [address, value] = change.split('=').map((digits) => Number.parseInt(digits, 16));
        bytes[placeOf(address)] = value;
      }
      const [score, reward, terminal, lives] = rest.map(Number);
      episodes[episodes.length - 1].push({ bytes, result: { score, reward, terminal: terminal === 1, lives } });
    }
  }
  return table;
}

/** How much a beginning of an episode shows. */
function worth(frames: readonly Frame[]): number {
  const different = (value: (result: Result) => unknown) => new Set(frames.map(({ result }) => value(result))).size;
  const ends = 100 * different(({ terminal }) => terminal);
  return (
    ends +
    different(({ reward }) => Math.sign(reward)) * 3 +
    different(({ lives }) => lives) +
    different(({ reward }) => reward)
  );
}

function recorded(game: GameFacts): Frame[][] {
  const contents: Contents = { ram: new Uint8Array(128), cartridgeRam: new Uint8Array(128) };
  const rules = new ReferenceRules(game, contents);
  const episodes: Frame[][] = [];
  const begin = (): void => {
    rules.reset();
    episodes.push([]);
  };
  play(game, contents, episodesTried, begin, () => {
    const result = rules.step();
    const episode = episodes[episodes.length - 1];
    if (episode.length < framesStored(game)) {
      episode.push({ bytes: new Uint8Array([...contents.ram, ...contents.cartridgeRam]), result });
    }
  });
  return episodes.sort((a, b) => worth(b) - worth(a)).slice(0, episodesStored);
}

function linesOf(game: GameFacts): string[] {
  const size = JSON.stringify(game).includes('mem(') ? 256 : 128;
  const lines = [`# ${game.id}`];
  for (const episode of recorded(game)) {
    let before = episode[0].bytes;
    const hex = Buffer.from(before).toString('hex');
    lines.push(`ram ${size === 256 ? `${hex.slice(0, 256)} ${hex.slice(256)}` : hex.slice(0, 256)}`);
    for (const { bytes, result } of episode) {
      const changed = [...bytes.keys()].filter((i) => i < size && bytes[i] !== before[i]);
      const changes = changed.map((i) => `${addressOf(i).toString(16)}=${bytes[i].toString(16)}`).join(',') || '-';
      lines.push(`${changes} ${result.score} ${result.reward} ${Number(result.terminal)} ${result.lives}`);
      before = bytes;
    }
  }
  return lines;
}

if (import.meta.main) {
  const lines = facts.flatMap(linesOf);
  writeFileSync(file, `${lines.join('\n')}\n`);
  console.log(`${file}: ${lines.length} lines`);
}
