/** `bun run roms`: which games are there, where from, and which are missing. */
import { listCartridges } from '../games/library.ts';
import type { Command, FlagSpec } from './arguments.ts';
import { countsLine, folderLine, gamesTable, importHint, type ListedGame } from './romsText.ts';
import { printableJson } from './words.ts';

export const gamesFolderFlag: FlagSpec = {
  flag: '--games-folder',
  placeholder: 'DIR',
  help: 'Another games folder than that of ATARI_ROMS or the default',
};

export const romsCommand: Command = {
  spec: {
    name: 'roms',
    summary: 'List the games: which cartridges are there and which are missing.',
    positionals: [],
    flags: [
      { flag: '--present', help: 'Only those that are there' },
      { flag: '--missing', help: 'Only those that are missing' },
      gamesFolderFlag,
      { flag: '--json', help: 'Print one JSON object and nothing else' },
    ],
    examples: ['bun run roms', 'bun run roms --missing', 'bun run roms import ~/Downloads/cartridges.zip'],
  },
  async run(parsed) {
    const option = parsed.flags.get('--games-folder');
    const { folder, cartridges } = listCartridges(option === undefined ? {} : { gamesFolder: option });
    const genuine = new Set(cartridges.filter(({ origin, path }) => origin !== 'own' && path).map(({ id }) => id));
    const games = cartridges
      .map((listed): ListedGame => ({ ...listed, shadowed: listed.origin === 'own' && genuine.has(listed.id) }))
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    const [present, missing] = [parsed.flags.has('--present'), parsed.flags.has('--missing')];
    const wanted = games.filter(({ path }) => present === missing || present === (path !== undefined));
    if (parsed.flags.has('--json')) {
      console.log(printableJson({ folder, games: wanted }));
      return 0;
    }
    for (const line of [...gamesTable(wanted), '', countsLine(games), folderLine(folder), importHint()])
      console.log(line);
    return 0;
  },
};
