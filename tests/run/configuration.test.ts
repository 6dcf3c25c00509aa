/** The configuration: every field described and flagged, every range held at both of its sides, presets and order of strength. */
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import {
  agentOptions,
  type Configuration,
  configurationSchema,
  environmentOptions,
  type FieldName,
  flagFields,
} from '../../src/run/configuration.ts';
import {
  aboutField,
  configurationHelp,
  fieldDefault,
  fieldKind,
  fieldOfFlag,
  fieldRange,
  flagName,
  valueText,
} from '../../src/run/configurationText.ts';
import { presetNames, presets } from '../../src/run/presets.ts';
import { parseFlagText, readConfigurationFile, resolveConfiguration } from '../../src/run/resolve.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

const resolve = (flags: Partial<Record<FieldName, unknown>>): Configuration =>
  resolveConfiguration({ game: 'pong', flags });

/** The message and hint of the UserError that `act` throws. */
function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('every field', () => {
  test.each(flagFields)('%s has help, source, flag and a valid default', (name) => {
    const about = aboutField(name);
    expect(about.help).toMatch(/^\S.{10,}[^.]$/);
    expect(about.source.length).toBeGreaterThan(3);
    expect(flagName(name)).toMatch(/^--[a-z]+[a-z0-9]*(-[a-z0-9]+)*$/);
    expect(fieldOfFlag(flagName(name))).toBe(name);
    expect(configurationSchema.shape[name].safeParse(fieldDefault(name)).success).toBe(true);
  });

  test('is in --help with its flag and its range, once', () => {
    const help = configurationHelp();
    for (const name of flagFields) {
      const negatable = fieldKind(name).type === 'switch' ? `--[no-]${flagName(name).slice(2)} ` : `${flagName(name)} `;
      const lines = help.filter((line) => line.trimStart().startsWith(negatable));
      expect(lines).toHaveLength(1);
      const { help: what, source, unit } = aboutField(name);
      const about = help.slice(help.indexOf(lines[0])).join(' ').replaceAll(/ +/g, ' ');
      const range = `${unit === undefined ? '' : `${unit}, `}${fieldRange(name)}`;
      const entry = `${what} [${valueText(fieldDefault(name))} (${source}); ${range}]`;
      const placeholder = / [A-Z]+ /.exec(lines[0])?.[0] ?? ' ';
      expect(about).toStartWith(` ${negatable.trim()}${fieldKind(name).type === 'switch' ? ' ' : placeholder}${entry}`);
    }
  });

  test('no line of --help is wider than it should be', () => {
    for (const width of [100, 120])
      for (const line of configurationHelp(width)) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('of agent and environment reaches the options object under its own name', () => {
    const configuration = resolve({});
    const built = { ...agentOptions(configuration), ...environmentOptions(configuration) };
    const wanted = flagFields.filter((name) => name === 'seed' || aboutField(name).group !== 'run');
    expect(Object.keys(built).sort()).toEqual([...wanted].sort());
    for (const name of wanted) expect(built[name as keyof typeof built]).toBe(configuration[name] as never);
  });

  test('flags are kebab case of the keys', () => {
    expect(flagName('learnStart')).toBe('--learn-start');
    expect(flagName('adamBeta1')).toBe('--adam-beta1');
  });
});

describe('ranges', () => {
  // [field, allowed, refused], both sides of each boundary.
  const boundaries: [FieldName, number[], number[]][] = [
    ['seed', [0, 4294967295], [-1, 4294967296, 1.5]],
    ['batchSize', [1, 2000], [0, 4097, 32.5]],
    ['learningRate', [1e-12, 10], [0, 10.001, -1e-4]],
    ['discount', [0, 1], [-0.001, 1.001]],
    ['adamBeta1', [0, 0.999999], [1, -0.1]],
    ['maxPool', [1, 2], [0, 3, 1.5]],
    ['stack', [1, 16], [0, 17]],
    ['frameSkip', [1, 60], [0, 61]],
    ['observationSize', [84], [34, 51, 162]],
    ['keep', [1], [0]],
    ['checkpointEvery', [0], [-1]],
    ['logEverySeconds', [0.1], [0.09, 86401]],
  ];
  test.each(boundaries)('%s', (name, allowed, refused) => {
    for (const value of allowed) expect(resolve({ [name]: value, learnStart: 5000 })[name]).toBe(value);
    for (const value of refused) {
      const text = complaint(() => resolve({ [name]: value, learnStart: 5000 }));
      expect(text).toStartWith(`${flagName(name)}: ${value} `);
      expect(text).toContain(fieldRange(name));
    }
  });

  test('a file names itself and its key', () => {
    const file = { path: 'my.json', values: { batchSize: -1 } };
    expect(complaint(() => resolveConfiguration({ game: 'pong', file }))).toStartWith('my.json, batchSize: -1 ');
  });

  test('a storage that is not there: one line that names those that are', () => {
    expect(resolve({}).storage).toBe('f32');
    expect(resolve({ storage: 'f16' }).storage).toBe('f16');
    const text = complaint(() => resolve({ storage: 'f64' }));
    expect(text.trimEnd()).toBe('--storage: "f64" is not allowed; allowed: f32, f16. Did you mean "f32"?');
  });

  test('a preset that is not there names the nearest', () => {
    expect(complaint(() => resolve({ preset: 'quik' }))).toContain('Did you mean "quick"?');
  });
});

describe('flag texts', () => {
  test.each([
    ['steps', '1000', 1000],
    ['steps', '1e3', 1000],
    ['steps', '1_000', 1000],
    ['steps', '-5', -5],
    ['learningRate', '.5', 0.5],
    ['targetReward', 'none', null],
    ['name', '007', '007'],
    ['doubleDqn', undefined, true],
    ['doubleDqn', 'false', false],
    ['epsilonFinal', 'none', null],
    ['network', 'nature', 'nature'],
  ] as [FieldName, string | undefined, unknown][])('%s %p', (name, text, value) => {
    expect(parseFlagText(name, text)).toBe(value);
  });

  test.each([
    ['steps', 'abc'],
    ['steps', ''],
    ['steps', ' '],
    ['steps', '12abc'],
    ['steps', 'Infinity'],
    ['steps', 'none'],
    ['steps', undefined],
    ['doubleDqn', 'perhaps'],
    ['epsilonEnd', 'none'],
  ] as [FieldName, string | undefined][])('%s %p is refused', (name, text) => {
    expect(complaint(() => parseFlagText(name, text))).toStartWith(flagName(name));
  });
});

describe('strength', () => {
  test('default < preset < protocol < file < flag', () => {
    const values = { preset: 'quick', protocol: 'machado', learnStart: 700, batchSize: 48, maxEpisodeFrames: 9 };
    const configuration = resolveConfiguration({
      game: 'catch',
      file: { path: 'x.json', values },
      flags: { batchSize: 64 },
    });
    expect(configuration.repeatActionProbability).toBe(0.25);
    expect(configuration.maxEpisodeFrames).toBe(9);
    expect(configuration.adamBeta2).toBe(0.999);
    expect(configuration.network).toBe('nips2013');
    expect(configuration.learnStart).toBe(700);
    expect(configuration.batchSize).toBe(64);
    expect(Object.isFrozen(configuration)).toBe(true);
  });

  test('a run’s config.json gives the same configuration again', () => {
    const configuration = resolve({ preset: 'quick', seed: 9, targetReward: 3 });
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify({ format: 'wgsl-dqn run', configuration, adapter: {} }));
    const again = resolveConfiguration({ game: 'pong', file: { path, values: readConfigurationFile(path) } });
    expect(again).toEqual(configuration);
  });

  test.each([
    ['broken', '{"batchSize": 32', 'is not valid JSON'],
    ['a list', '[1]', 'holds no JSON object'],
    ['an unknown key', '{"batchsize": 32}', 'an unknown key "batchsize". Did you mean "batchSize"?'],
  ])('a file that is %s', (_, text, expected) => {
    const path = join(folder, 'bad.json');
    writeFileSync(path, text);
    expect(complaint(() => readConfigurationFile(path))).toContain(expected);
  });
});

describe('presets', () => {
  test.each(presetNames)('%s is valid by itself', (preset) => {
    expect(resolve({ preset })).toMatchObject(presets[preset].values);
  });

  test('what --help calls the default is what runs without a preset', () => {
    const configuration = resolve({});
    for (const name of flagFields) expect(configuration[name]).toBe(fieldDefault(name) as never);
  });
});
