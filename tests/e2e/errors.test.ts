/** Mistakes of a user's and of a machine's, through the real command line: each one line on stderr, exit code 1, no stack. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeFile, readManifest, writeManifest } from '../../src/run/checkpointManifest.ts';
import { cli, projectFolder, small, temporaryFolder } from './cli.ts';

const { folder, remove } = temporaryFolder('errors');
afterAll(remove);
const at = (name: string): string => join(folder, name);
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};

/** No adapter on any machine: lavapipe is asked for, and Vulkan is kept from finding a driver. */
const noAdapter = { WGSL_DQN_ADAPTER: 'lavapipe', VK_DRIVER_FILES: '/nonexistent', VK_ICD_FILENAMES: '/nonexistent' };

/** Runs the words and expects one line that contains each text. */
async function refused(
  words: readonly string[],
  texts: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const { code, stderr } = await cli(words, env);
  expect(stderr.split('\n')).toHaveLength(2);
  expect(stderr).toStartWith('error: ');
  expect(stderr).not.toContain('    at ');
  for (const text of texts) expect(stderr).toContain(text);
  expect(code).toBe(1);
}

/** Words, what the line says, and the folder's content that they need. */
const train = ['train', 'catch', ...small, '--steps', '1'];

describe('names', () => {
  test.each([
    ['a command', ['trian', 'pong'], ['no command trian', 'Did you mean "train"?']],
    ['a flag', ['train', 'pong', '--lern-start', '5'], ['no flag --lern-start', 'Did you mean "--learn-start"?']],
    ['a flag of eval', ['eval', '--run', 'x', '--epsiodes', '5'], ['Did you mean "--episodes"?']],
    ['a game', ['train', 'pogn'], ['Unknown game: pogn', 'pong']],
    ['a preset', ['train', 'pong', '--preset', 'lapam'], ['no preset "lapam"', 'Did you mean "lapan"?']],
    [
      'a choice',
      ['train', 'pong', '--network', 'natur'],
      ['--network: "natur"', 'Did you mean "nature"?', 'nature, nature-padded'],
    ],
    ['a bank switching', ['train', 'pong', '--bankswitch', 'f6sd'], ['--bankswitch: "f6sd"', 'Did you mean "F6SC"?']],
    [
      'a bank switching of play',
      ['play', 'pong', '--gif', 'x.gif', '--bankswitch', 'dpd'],
      ['"dpd"', 'Did you mean "DPC"?', 'auto, 2K'],
    ],
    ['no game', ['train'], ['No game is named', 'bun run roms', 'bun run train pong']],
    ['a word too many', ['train', 'pong', 'now'], ['"now" is one word too many']],
    ['no run to evaluate', ['eval', 'pong'], ['No run is named']],
    ['nothing to record', ['play', 'pong'], ['--gif']],
    ['a game without trained weights', ['eval', 'bricks', '--pretrained'], ['no trained weights for bricks']],
    ['trained weights of a run', ['play', 'pong', '--pretrained', '--run', 'x'], ['--pretrained and --run exclude']],
    [
      'a length twice',
      ['play', 'pong', '--gif', 'x.gif', '--frames', '9', '--episodes', '1'],
      ['--frames and --episodes'],
    ],
    ['initial weights', ['train', 'pong', '--initial-weights', 'no.safetensors'], ['no weights at no.safetensors']],
    [
      'the best of a file',
      ['train', 'pong', '--initial-weights', 'package.json', '--initial-best'],
      ['needs a run folder, and package.json is none'],
    ],
  ])('%s', (_, words, texts) => refused(words, texts));
});

describe('values', () => {
  test.each([
    ['out of range', ['--batch-size', '0'], ['--batch-size: 0 is out of range', 'from 1 to 4,096']],
    ['negative', ['--steps', '-5'], ['--steps: -5 is out of range']],
    ['not a number', ['--steps', 'many'], ['--steps: "many" is not a number']],
    ['not whole', ['--stack', '1.5'], ['--stack: 1.5']],
    ['missing', ['--steps'], ['--steps needs a value']],
    ['a flag in its place', ['--steps', '--seed', '3'], ['--steps needs a value']],
    ['that do not fit together', ['--learn-start', '3', '--batch-size', '4'], ['--learn-start: 3']],
    [
      'more memory than there is',
      ['--replay-capacity', '100000000', '--replay', 'host'],
      ['takes 130 GB', '--replay-capacity'],
    ],
  ])('%s', (_, words, texts) => refused([...train, ...words], texts));

  test('an episode count of eval', () =>
    refused(['eval', '--run', 'x', '--episodes', '0'], ['--episodes: 0 is out of range']));
});

describe('cartridges', () => {
  test.each([
    ['that are not there', () => at('nowhere.bin'), ['No such ROM file', 'nowhere.bin']],
    ['of 3,000 bytes', () => file('3000.bin', new Uint8Array(3000).fill(7)), ['3,000 bytes']],
    ['that are empty', () => file('empty.bin', ''), ['is empty', 'empty.bin']],
    ['that are folders', () => folder, ['is a folder']],
  ])('%s', (_, rom, texts) => refused([...train, '--rom', rom()], texts));
});

test('bank switching that an image cannot have', () =>
  refused([...train, '--bankswitch', 'F8'], ['2,048 bytes cannot have bank switching F8', '8,192 bytes']));

describe('configuration files', () => {
  test.each([
    ['that are not there', () => at('none.json'), ['Cannot read the configuration file']],
    ['that are broken', () => file('broken.json', '{"steps": 1'), ['broken.json is not valid JSON']],
    [
      'with an unknown key',
      () => file('key.json', '{"learnstart": 1}'),
      ['"learnstart"', 'Did you mean "learnStart"?'],
    ],
    ['with a value out of range', () => file('range.json', '{"discount": 2}'), ['range.json, discount: 2']],
    ['with a text for a number', () => file('type.json', '{"discount": "high"}'), ['type.json, discount: "high"']],
  ])('%s', (_, path, texts) => refused(['train', 'catch', '--config', path()], texts));
});

describe('folders that cannot be written', () => {
  test('runs', () => {
    const out = join(file('plain', 'no folder'), 'runs');
    return refused([...train, '--out', out], [`Cannot write to ${out}`, '--out']);
  });

  test('recordings', () => {
    const gif = join(file('plain', 'no folder'), 'a.gif');
    return refused(['play', 'pong', '--gif', gif], [`Cannot write to ${gif}`]);
  });
});

test('no adapter', () => refused([...train, '--out', folder], ['adapter'], noAdapter));

describe('runs', () => {
  const run = at('run');
  const newest = (path: string): string =>
    join(path, 'checkpoints', readdirSync(join(path, 'checkpoints')).sort().at(-1)!);
  const copy = (name: string): string => {
    cpSync(run, at(name), { recursive: true });
    return at(name);
  };
  beforeAll(async () => {
    const { code } = await cli(['train', 'catch', ...small, '--out', folder, '--name', 'run', '--steps', '70']);
    expect(code).toBe(0);
  });

  test('that are not there', () => refused(['train', '--resume', at('rum')], ['no run folder', 'Did you mean "run"?']));

  test('that are no runs', () => {
    mkdirSync(at('other'), { recursive: true });
    return refused(['train', '--resume', at('other')], ['is no run folder']);
  });

  test('that have ended', () => refused(['train', '--resume', run], ['has done its 70 steps', '--steps 140']));

  test('interrupted before their first checkpoint', () => {
    const path = copy('interrupted');
    rmSync(join(path, 'checkpoints'), { recursive: true });
    return refused(['train', '--resume', path], ['was interrupted before its first checkpoint', 'Start it again']);
  });

  test('with a damaged checkpoint', async () => {
    const path = copy('damaged');
    truncateSync(join(newest(path), 'training.safetensors'), 1000);
    await refused(['train', '--resume', path, '--steps', '90'], ['is damaged', 'training.safetensors has 1000 bytes']);
    await refused(['eval', '--run', path], ['is damaged']);
  });

  test('with a damaged replay memory, found although it is read last', () => {
    const path = copy('replay');
    const piece = join(newest(path), 'replay-00003.zst');
    const bytes = new Uint8Array(readFileSync(piece));
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(piece, bytes);
    return refused(['train', '--resume', path, '--steps', '90'], ['is damaged', 'replay-00003.zst']);
  });

  test('with contents that do not fit together, though every checksum is right', () => {
    const path = copy('unfit');
    const state = join(newest(path), 'state.json');
    writeFileSync(state, readFileSync(state, 'utf8').replace('"capacity": 250', '"capacity": 251'));
    const { files, ...manifest } = readManifest(newest(path));
    const changed = { ...files, 'state.json': describeFile(readFileSync(state)) };
    writeManifest(newest(path), { ...manifest, files: changed });
    return refused(['train', '--resume', path, '--steps', '90'], ['is damaged', 'capacity 251']);
  });

  test('from a newer version', () => {
    const path = copy('newer');
    const manifest = join(newest(path), 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"formatVersion": \d+/, '"formatVersion": 9'));
    return refused(['train', '--resume', path, '--steps', '90'], ['is of format 9']);
  });

  test('resumed with what cannot change, or as another game', async () => {
    await refused(['train', '--resume', run, '--batch-size', '16'], ['--batch-size cannot change']);
    await refused(['train', 'pong', '--resume', run], ['plays catch, not pong']);
    await refused(['eval', 'pong', '--run', run], ['plays catch, not pong']);
  });

  test('on another cartridge', () => {
    const rom = file('other.bin', new Uint8Array(2048).fill(0xea));
    return refused(['train', '--resume', run, '--steps', '90', '--rom', rom], ['MD5', '--rom']);
  });

  test(
    'a name that is taken',
    () => refused([...train, '--out', folder, '--name', 'run'], ['There is a run folder', '--resume']),
    60_000,
  );

  test('weights of another network', () => {
    const weights = file('x.safetensors', new Uint8Array(5));
    return refused(['eval', '--run', run, '--weights', weights], ['are damaged', 'x.safetensors']);
  });
});

test('through `bun run train`, too, it is one line and nothing else', () => {
  const words = [process.execPath, 'run', 'train', 'pnog'];
  const { stdout, stderr, exitCode } = Bun.spawnSync(words, { cwd: projectFolder });
  expect(stdout.toString()).toBe('');
  expect(stderr.toString()).toMatch(/^error: Unknown game: pnog\..*\n$/);
  expect(exitCode).toBe(1);
});
