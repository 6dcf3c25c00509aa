/** What a run was made with: its configuration, searchable and with what differs from its preset marked, and all that it ran on. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RunConfiguration } from '../configurations.ts';
import type { FieldDescription } from './configurationAbout.ts';
import { ConfigurationValue, valueText } from './configurationValue.tsx';

/** Who or where a run is says nothing of how it learns: such a field is no difference from a preset. */
const naming = new Set(['preset', 'seed', 'out', 'name', 'rom', 'gamesFolder', 'protocol']);

export function ConfigurationSection({ config }: { config: RunConfiguration | undefined }) {
  return (
    <section aria-labelledby="configuration-heading">
      {config === undefined ? (
        <>
          <h2 id="configuration-heading">Configuration</h2>
          <p class="hint">Loading…</p>
        </>
      ) : (
        <>
          <Fields configuration={config.configuration} />
          <RanOn config={config} />
        </>
      )}
    </section>
  );
}

interface Row {
  readonly name: string;
  readonly value: unknown;
  readonly about: FieldDescription | undefined;
  readonly isChanged: boolean;
}

function Fields({ configuration }: { configuration: Readonly<Record<string, unknown>> }) {
  const [text, setText] = useState('');
  const [onlyChanged, setOnlyChanged] = useState(false);
  const descriptions = useDescriptions(configuration);
  const rows = useMemo(() => rowsOf(configuration, descriptions), [configuration, descriptions]);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const listed = rows.filter(
    (row) => (!onlyChanged || row.isChanged) && words.every((word) => searched(row).includes(word)),
  );
  const groups = [...new Set(listed.map((row) => row.about?.group ?? 'other'))];
  const changed = rows.filter((row) => row.isChanged).length;
  return (
    <>
      <div class="bar">
        <h2 id="configuration-heading">Configuration</h2>
        <label class="filter">
          <span class="hidden">Search the configuration</span>
          <input
            type="search"
            placeholder="Search"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={onlyChanged}
            onChange={(event) => setOnlyChanged(event.currentTarget.checked)}
          />{' '}
          only what differs from <code>{String(configuration['preset'])}</code>
        </label>
        <span class="count" role="status">
          {listed.length} of {rows.length} values, {changed} not the preset’s
        </span>
      </div>
      <div class="groups">
        {groups.map((group) => (
          <table key={group} class="fields">
            <caption>{group}</caption>
            <thead class="hidden">
              <tr>
                <th scope="col">field</th>
                <th scope="col">value</th>
              </tr>
            </thead>
            <tbody>
              {listed
                .filter((row) => (row.about?.group ?? 'other') === group)
                .map((row) => (
                  <FieldRow key={row.name} row={row} />
                ))}
            </tbody>
          </table>
        ))}
      </div>
      {listed.length === 0 && <p class="empty">No value matches.</p>}
    </>
  );
}

function FieldRow({ row: { name, value, about, isChanged } }: { row: Row }) {
  return (
    <tr class={isChanged ? 'changed' : ''} title={about?.help}>
      <th scope="row">{name}</th>
      <td>
        <ConfigurationValue value={value} />
        {about?.unit && value !== null && <span class="unit"> {about.unit}</span>}
        {isChanged && <span class="preset-value">preset: {valueText(about?.expected)}</span>}
      </td>
    </tr>
  );
}

function useDescriptions(configuration: Readonly<Record<string, unknown>>): readonly FieldDescription[] {
  const [descriptions, setDescriptions] = useState<readonly FieldDescription[]>([]);
  useEffect(() => {
    let isGone = false;
    loadAbout().then(
      ({ describeFields }) => !isGone && setDescriptions(describeFields(configuration)),
      // Without it the values stand there all the same, unexplained.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [configuration]);
  return descriptions;
}

const loadAbout = () => import('./configurationAbout.ts');

function rowsOf(configuration: Readonly<Record<string, unknown>>, descriptions: readonly FieldDescription[]): Row[] {
  const about = new Map(descriptions.map((description) => [description.name, description]));
  const known = descriptions.map(({ name }) => name).filter((name) => name in configuration);
  const others = Object.keys(configuration).filter((name) => !about.has(name) && name !== 'game');
  return [...known, ...others].map((name) => {
    const described = about.get(name);
    const value = configuration[name];
    const isChanged =
      described !== undefined && !naming.has(name) && JSON.stringify(value) !== JSON.stringify(described.expected);
    return { name, value, about: described, isChanged };
  });
}

function searched({ name, value, about }: Row): string {
  return `${name} ${valueText(value)} ${about?.help ?? ''}`.toLowerCase();
}

/** Cartridge, adapter, code, platform and command. */
function RanOn({ config }: { config: RunConfiguration }) {
  const { cartridge, adapter, command, kernels } = config;
  const platform = config['platform'] as Readonly<Record<string, unknown>> | undefined;
  const versions = config['versions'] as Readonly<Record<string, unknown>> | undefined;
  const commit = config['commit'] as string | null | undefined;
  return (
    <>
      <h2>What it ran on</h2>
      <dl class="ran-on">
        <Entry title="cartridge" value={cartridge && `${cartridge['title']}, ${valueText(cartridge['bytes'])} bytes`} />
        <Entry title="MD5" value={cartridge?.['md5']} isCode />
        <Entry title="adapter" value={adapter?.['description']} />
        <Entry title="commit" value={commit && `${commit}${config['dirty'] ? ' with changes' : ''}`} isCode />
        <Entry title="platform" value={platform && `${platform['cores']} × ${platform['cpu']}, ${platform['os']}`} />
        <Entry
          title="versions"
          value={
            versions &&
            Object.entries(versions)
              .map(([name, version]) => `${name} ${version}`)
              .join(', ')
          }
        />
        <Entry title="started" value={config.startedAt && new Date(config.startedAt).toLocaleString('en-GB')} />
        <Entry title="command" value={command && `bun run ${command.map(quoted).join(' ')}`} isCode />
      </dl>
      {kernels && (
        <details>
          <summary>Kernels: {Object.keys(kernels).length}</summary>
          <table class="fields">
            <caption class="hidden">The variant of each kernel</caption>
            <tbody>
              {Object.entries(kernels).map(([kernel, variant]) => (
                <tr key={kernel}>
                  <th scope="row">{kernel}</th>
                  <td>
                    <code>{variant}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </>
  );
}

function Entry({ title, value, isCode }: { title: string; value: unknown; isCode?: boolean }) {
  if (value === undefined || value === null || value === '') return null;
  return (
    <div>
      <dt>{title}</dt>
      <dd>{isCode ? <code>{String(value)}</code> : String(value)}</dd>
    </div>
  );
}

function quoted(word: string): string {
  return /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
