/** `bun run play <game>`: records play as a GIF or a sheet of screens, of a trained agent or at random. */
import { actionNames } from '../emulator/console/action.ts';
import { UserError } from '../errors.ts';
import { framesPerSecond, screenWidth } from '../run/consoleScreen.ts';
import { requireWritable, writeRecording } from '../run/recordingFile.ts';
import { GifRecorder } from '../run/recordingGif.ts';
import { ContactSheet } from '../run/recordingPng.ts';
import { type Command, integerFlag } from './arguments.ts';
import { choosePlayer, playLength, presetFlag, seat } from './player.ts';
import { trainedFlags } from './trained.ts';

/** Screens in a row of the sheet. */
const columns = 6;

export const playCommand: Command = {
  spec: {
    name: 'play',
    summary: 'Record play, of a trained agent or at random.',
    positionals: ['game'],
    flags: [
      ...trainedFlags,
      {
        flag: '--gif',
        placeholder: 'FILE',
        help: 'Write an animation in real time [<game>-pretrained.gif for --pretrained]',
      },
      {
        flag: '--contact-sheet',
        placeholder: 'FILE',
        help: 'Write a PNG of successive screens, one a step of the agent',
      },
      { flag: '--screens', placeholder: 'N', help: `Screens of that PNG, ${columns} in a row [36]` },
      {
        flag: '--frames',
        placeholder: 'N',
        help: 'Frames to play; a game that ends is followed by another [1800, half a minute; without --gif as many as the PNG takes]',
      },
      { flag: '--episodes', placeholder: 'N', help: 'Whole games to play, in place of --frames' },
      { flag: '--scale', placeholder: 'N', help: "Height of a screen's line in the pictures, pixels [1]" },
      presetFlag,
      { flag: '--actions', help: 'Print the actions that the agent chooses from' },
    ],
    examples: [
      'bun run play pong --gif pong.gif',
      'bun run play pong --pretrained',
      'bun run play pong --run runs/pong-lapan-1-1 --gif pong.gif --episodes 1',
      'bun run play pong --preset deepmind --actions --contact-sheet pong.png',
    ],
  },
  async run(parsed) {
    const screens = integerFlag(parsed, '--screens', 36, 1, 10_000);
    const scale = integerFlag(parsed, '--scale', 1, 1, 8);
    const length = playLength(parsed);
    const sheet = parsed.flags.get('--contact-sheet');
    const printsActions = parsed.flags.has('--actions');
    const asksForNothing = sheet === undefined && !printsActions;
    const shown =
      parsed.flags.has('--pretrained') && asksForNothing ? `${parsed.positionals[0]}-pretrained.gif` : undefined;
    const gif = parsed.flags.get('--gif') ?? shown;
    if (gif === undefined && asksForNothing) {
      throw new UserError('Nothing is to be recorded.', 'Give --gif FILE.gif, --contact-sheet FILE.png, or both.');
    }
    if (gif !== undefined) requireWritable(gif, '.gif');
    if (sheet !== undefined) requireWritable(sheet, '.png');

    const player = await choosePlayer(parsed, console.log);
    const { environment, format, screenHeight: height, play, frameSkip } = await seat(player, parsed, console.log);
    if (printsActions) {
      const names = environment.actions.map((action, index) => `${index} ${actionNames[action]}`);
      console.log(`Actions: ${names.join(', ')}`);
      if (gif === undefined && sheet === undefined) return 0;
    }
    const picture = { width: screenWidth, height, format, scale };
    const animation = new GifRecorder({ ...picture, framesPerSecond: framesPerSecond[format] });
    const contactSheet = new ContactSheet({ ...picture, columns, rows: Math.ceil(screens / columns) });
    const { episodes, frames } = length ?? { episodes: undefined, frames: gif === undefined ? undefined : 1800 };
    let recorded = 0;
    environment.onFrame = (screen) => {
      if (frames !== undefined && recorded >= frames) return;
      if (gif !== undefined) animation.add(screen);
      if (recorded % frameSkip === 0 && contactSheet.screens < screens) contactSheet.add(screen);
      recorded++;
    };
    let games = 0;
    const goesOn = (): boolean => {
      if (episodes !== undefined) return games < episodes;
      return frames === undefined ? contactSheet.screens < screens : recorded < frames;
    };
    while (goesOn()) {
      const game = await play.step();
      if (game === undefined) continue;
      games++;
      console.log(`Game over: reward ${game.reward}, ${game.agentSteps} steps`);
    }
    player.gpu?.failures.take();
    if (gif !== undefined) writeRecording(gif, animation.finish());
    if (sheet !== undefined) writeRecording(sheet, contactSheet.finish());
    for (const path of [gif, sheet]) if (path !== undefined) console.log(`Wrote ${path}`);
    return 0;
  },
};
