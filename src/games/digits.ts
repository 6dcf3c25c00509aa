/**
 * Numbers as games keep them. Source: reference games.json, `notation`. No nibble is checked: 0x1F counts as 10 + 15, so that RAM which holds
 * no number yet gives what the reference gives.
 */
import type { GameState, ReadRam } from './game.ts';

/** The value of a byte with two packed decimal digits. */
export const bcd = (byte: number): number => 10 * (byte >> 4) + (byte & 15);

/** Four digits in two bytes; `low` is the address of the last two. */
export const bcd2 = (read: ReadRam, low: number, high: number): number => bcd(read(low)) + 100 * bcd(read(high));

/** Six digits in three bytes; `low` is the address of the last two. */
export const bcd3 = (read: ReadRam, low: number, middle: number, high: number): number =>
  bcd(read(low)) + 100 * bcd(read(middle)) + 10000 * bcd(read(high));

/** A digit that is shown as a blank, instead of a leading zero, while it is 10. */
export const blankable = (digit: number): number => (digit === 10 ? 0 : digit);

/** A byte as a signed number, -128..127. */
export const signed = (byte: number): number => (byte << 24) >> 24;

/** The reward of a game whose score starts over at `limit` points. */
export const rollingOver = (limit: number) => (_read: ReadRam, state: GameState, score: number) =>
  score < state.score ? score - state.score + limit : score - state.score;
