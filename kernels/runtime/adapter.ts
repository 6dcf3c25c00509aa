/**
 * The choice of an adapter: a hardware one if there is one, else the system's software one (Mesa lavapipe), else SwiftShader from
 * npm. `WGSL_DQN_ADAPTER` (hardware, lavapipe or swiftshader) forces one and fails where it is not there.
 * Leaves out: the device and its limits (device.ts).
 */
import { cpus } from 'node:os';
import { adapterKind, adapterName, type ChosenAdapter } from './adapterInfo.ts';
import { diagnose, inspectMachine, mesaCommand } from './diagnosis.ts';
import { NoAdapterError } from './errors.ts';
import { captureStderr, writeStderr } from './nativeLibrary.ts';
import { loadProvider, type Provider } from './provider.ts';
import { cacheFolder, offerSwiftShader, swiftShaderArchive, unpackSwiftShader } from './swiftshader.ts';

const forcible = ['hardware', 'lavapipe', 'swiftshader'] as const;
export type ForcedAdapter = (typeof forcible)[number];

/**
 * Printed on every start with Mesa: two limits of bindings with dynamic offsets, which no kernel has, and a folder for windows, of
 * which there are none.
 */
const harmlessWarning =
  /^(Warning: maxDynamic(Uniform|Storage)BuffersPerPipelineLayout artificially reduced|error: XDG_RUNTIME_DIR is invalid or not set)/;

/** Dawn shows where in its own source a Vulkan call failed. */
const stackLine = /^\s+at \w+ \(/;

/** An adapter, and the package that can make others like it. */
interface ProvidedAdapter extends ChosenAdapter {
  readonly provider: Provider;
}

/** Chooses an adapter; rejects with `NoAdapterError`, whose hint is the remedy. */
export async function chooseAdapter(
  forced: ForcedAdapter | undefined = forcedByEnvironment(),
): Promise<ProvidedAdapter> {
  const provider = await loadProvider();
  const printed: string[] = [];
  if (forced !== 'swiftshader') {
    const adapter = await request(provider, printed, forced === 'lavapipe' ? 'llvmpipe' : undefined);
    if (adapter !== null) {
      const kind = adapterKind(adapter.info);
      if (forced === undefined || forced === kind) return { adapter, provider, kind };
    }
    if (forced !== undefined) throw await noAdapter(`no ${forced} adapter`, printed, forced);
  }
  const archive = swiftShaderArchive();
  if ('missing' in archive) throw await noAdapter(`no WebGPU adapter, and ${archive.missing}`, printed);
  try {
    await offerSwiftShader(unpackSwiftShader(archive));
  } catch (error) {
    throw new NoAdapterError(
      `no WebGPU adapter, and SwiftShader cannot be unpacked: ${(error as Error).message}`,
      `Make ${cacheFolder()} writable, or set XDG_CACHE_HOME to a folder that is.`,
      printed,
    );
  }
  const adapter = await request(provider, printed);
  if (adapter === null) throw await noAdapter('no WebGPU adapter, and SwiftShader does not start', printed);
  return { adapter, provider, kind: adapterKind(adapter.info) };
}

/**
 * One line: which adapter, through which provider, hardware or software, and if it is software how much faster what would be and how
 * to get it.
 */
export async function describeAdapter(chosen: Pick<ChosenAdapter, 'adapter' | 'provider' | 'kind'>): Promise<string> {
  const { adapter, provider, kind } = chosen;
  const base = `${adapterName(adapter.info)} (${provider.name} ${provider.version})`;
  if (kind === 'hardware') return `${base}, hardware`;
  const software = `${base}, software on ${cpus().length} CPU threads`;
  const facts = await inspectMachine();
  const { findings, remedy } = diagnose(facts);
  if (facts.hasNvidiaDevice || facts.hasRenderNode) {
    return `${software}; ${findings[0] ?? 'a GPU is there, but its driver offers no Vulkan'}, by its arithmetic rate 10 to 200 times faster. ${remedy}`;
  }
  // SwiftShader to lavapipe: measured with matrix products of 512 x 512 on two cores. A GPU: its FLOP/s against the CPU's, not measured.
  if (kind === 'swiftshader') return `${software}; Mesa's lavapipe is 5 to 15 times faster: ${mesaCommand(facts)}`;
  return `${software}; a GPU with a Vulkan, Metal or Direct3D 12 driver is taken by itself, by its arithmetic rate 10 to 200 times faster`;
}

function forcedByEnvironment(): ForcedAdapter | undefined {
  const value = process.env['WGSL_DQN_ADAPTER'] ?? '';
  if (value === '') return undefined;
  if ((forcible as readonly string[]).includes(value)) return value as ForcedAdapter;
  throw new NoAdapterError(`WGSL_DQN_ADAPTER is ${value}`, `Set it to ${forcible.join(', ')}, or leave it unset.`);
}

/** Asks for an adapter. What native code prints meanwhile goes to `printed` if there is none, to the error stream otherwise. */
async function request(provider: Provider, printed: string[], adapterName?: string): Promise<GPUAdapter | null> {
  // Everything is printed inside the call itself, before its promise settles.
  const { result, text } = await captureStderr(() =>
    provider.createInstance(adapterName).requestAdapter({ powerPreference: 'high-performance' }),
  );
  const adapter = await result.catch(() => null);
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !harmlessWarning.test(line) && !stackLine.test(line));
  if (adapter === null) printed.push(...lines);
  else if (lines.length > 0) writeStderr(`${lines.join('\n')}\n`);
  return adapter;
}

async function noAdapter(message: string, printed: readonly string[], forced?: ForcedAdapter): Promise<NoAdapterError> {
  const facts = await inspectMachine();
  const { findings, remedy } = diagnose(facts);
  if (forced === 'hardware' && findings.length === 0 && !facts.hasRenderNode) {
    return new NoAdapterError(
      `${message}: no GPU is visible`,
      'Leave WGSL_DQN_ADAPTER unset to run on the CPU.',
      printed,
    );
  }
  const found = [...findings, ...printed];
  return new NoAdapterError(findings.length > 0 ? `${message}: ${findings.join('; ')}` : message, remedy, found);
}
