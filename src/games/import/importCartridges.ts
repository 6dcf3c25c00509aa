/**
 * Decides what becomes of each candidate: a genuine cartridge goes into the games folder under its game's name, one that is there or
 * ships with the project stays where it is, an unknown image is refused, or taken as another dump of a game that the user names.
 * No file is ever replaced but by `replace`. Leaves out: how files are found (search.ts) and written (`Target.place`).
 */
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Game } from '../game.ts';
import { type FolderImage, imageName, otherDumpName, releaseName } from '../library/folder.ts';
import { md5Of } from '../md5.ts';
import { gameByMd5 } from '../registry.ts';
import type { Candidate, Finding, Refusal, Source } from './finding.ts';

/** The games folder to fill. */
export interface Target {
  readonly folder: string;
  /** What it holds, by MD5; imported images are added. */
  readonly known: Map<string, FolderImage>;
  /** Its other dumps by the game's id. */
  readonly otherDumps: ReadonlyMap<string, FolderImage>;
  /** Writes a whole file into the folder. False, and nothing is changed, where another has that name and is not to be replaced. */
  place(name: string, bytes: Uint8Array, replace: boolean): boolean;
}

export type Outcome =
  /** Copied to `path`; `otherDump` where its MD5 is unknown. */
  | (Recognised & { readonly kind: 'imported'; readonly path: string; readonly otherDump: boolean })
  /** Already there, at `path`. */
  | (Recognised & { readonly kind: 'present'; readonly path: string })
  /** Ships with the project. */
  | (Recognised & { readonly kind: 'own' })
  | {
      readonly kind: 'refused';
      readonly source: Source;
      readonly why: Refusal | 'unknown' | 'taken';
      readonly detail: string;
    };

interface Recognised {
  readonly source: Source;
  readonly game: Game;
  readonly md5: string;
}

/** What becomes of each finding, in their order. */
export async function* importKnown(findings: AsyncIterable<Finding>, target: Target): AsyncGenerator<Outcome, void> {
  for await (const finding of findings) {
    if (!('bytes' in finding)) {
      yield { kind: 'refused', ...finding };
      continue;
    }
    const { source, bytes } = finding;
    const md5 = md5Of(bytes);
    const game = gameByMd5(md5);
    if (game === undefined) yield { kind: 'refused', source, why: 'unknown', detail: md5 };
    else yield placeKnown({ source, game, md5 }, bytes, target);
  }
}

/**
 * As `importKnown`, but one image whose MD5 is unknown is taken as a dump of `game`.
 * Throws a UserError where there are several, where an image is of another game, and where there is another dump already.
 */
export async function* importDumpOf(
  game: Game,
  findings: AsyncIterable<Finding>,
  target: Target,
  replace: boolean,
): AsyncGenerator<Outcome, void> {
  let unknown: (Candidate & { readonly md5: string }) | undefined;
  for await (const finding of findings) {
    if (!('bytes' in finding)) {
      yield { kind: 'refused', ...finding };
      continue;
    }
    const { source, bytes } = finding;
    const md5 = md5Of(bytes);
    const known = gameByMd5(md5);
    if (known === game) {
      yield placeKnown({ source, game, md5 }, bytes, target);
    } else if (known !== undefined) {
      throw new UserError(`${source.join(' > ')} is ${known.title}, not ${game.id} (MD5 ${md5}).`, 'Leave --game out.');
    } else if (unknown !== undefined && unknown.md5 !== md5) {
      throw new UserError(
        `--game ${game.id} is for one cartridge, and there are several unknown ones: ${unknown.source.join(' > ')} and ${source.join(' > ')}.`,
        'Name the file that you mean.',
      );
    } else {
      unknown ??= { source, bytes, md5 };
    }
  }
  if (unknown !== undefined) yield placeOtherDump({ ...unknown, game }, unknown.bytes, target, replace);
}

function placeKnown(recognised: Recognised, bytes: Uint8Array, { folder, known, place }: Target): Outcome {
  const { source, game, md5 } = recognised;
  if (game.ownImage !== undefined) return { kind: 'own', ...recognised };
  const there = known.get(md5);
  if (there !== undefined) return { kind: 'present', ...recognised, path: there.path };
  const release = releaseName(game.id, md5);
  for (const name of md5 === game.md5[0] ? [imageName(game.id), release] : [release]) {
    const path = join(folder, name);
    if (place(name, bytes, false)) {
      known.set(md5, { path, md5 });
      return { kind: 'imported', ...recognised, path, otherDump: false };
    }
  }
  return { kind: 'refused', source, why: 'taken', detail: `${game.id}, MD5 ${md5}` };
}

function placeOtherDump(
  { source, game, md5 }: Recognised,
  bytes: Uint8Array,
  target: Target,
  replace: boolean,
): Outcome {
  const recognised = { source, game, md5 };
  const there = target.otherDumps.get(game.id);
  if (there?.md5 === md5) return { kind: 'present', ...recognised, path: there.path };
  const name = otherDumpName(game.id);
  const path = join(target.folder, name);
  if (!target.place(name, bytes, replace)) {
    throw new UserError(
      `There is another file as ${path} already.`,
      'Give --force to replace it, or play yours with --rom FILE.',
    );
  }
  return { kind: 'imported', ...recognised, path, otherDump: true };
}
