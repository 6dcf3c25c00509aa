/**
 * Why is there no adapter, or only a software one? Looks at what the Vulkan loader would look at and names a remedy.
 * Source: the loader's search paths (Vulkan-Loader, docs/LoaderDriverInterface.md) and NVIDIA's container toolkit documentation.
 * Leaves out: macOS and Windows, whose systems bring their drivers with them.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasLibrary } from './nativeLibrary.ts';

/** What a look at the machine found. */
export interface Diagnosis {
  /** One line each, most telling first. */
  readonly findings: readonly string[];
  /** What to do, a sentence with a command where there is one. */
  readonly remedy: string;
}

/** What the remedies are chosen from; `inspectMachine` fills it, tests make their own. */
export interface MachineFacts {
  readonly platform: NodeJS.Platform;
  readonly hasVulkanLoader: boolean;
  /** Paths of Vulkan driver manifests that the loader finds. */
  readonly manifests: readonly string[];
  /** Of NVIDIA manifests outside the loader's search paths. */
  readonly strayManifests: readonly string[];
  /** Version of Debian's or Ubuntu's package mesa-vulkan-drivers, empty if it is not installed. */
  readonly mesaVersion: string;
  readonly hasNvidiaDevice: boolean;
  readonly hasRenderNode: boolean;
  readonly canOpenRenderNode: boolean;
  readonly insideContainer: boolean;
  readonly isRoot: boolean;
  /** `ID` and `VERSION_CODENAME` of /etc/os-release. */
  readonly distribution: string;
  readonly codename: string;
  /** The variable that narrows the loader's search, as `NAME=value`, empty if none is set. */
  readonly driverVariable: string;
}

/** The oldest Mesa whose software adapter Dawn accepts. */
const oldestMesa = [23, 1] as const;

/** The command that installs Mesa's Vulkan drivers, lavapipe among them, recent enough for Dawn. */
export function mesaCommand(facts: Pick<MachineFacts, 'distribution' | 'codename' | 'isRoot'>): string {
  // A bare container has no sudo.
  const sudo = facts.isRoot ? '' : 'sudo ';
  if (['fedora', 'rhel', 'centos'].includes(facts.distribution))
    return `${sudo}dnf install mesa-vulkan-drivers vulkan-loader`;
  if (facts.distribution === 'arch') return `${sudo}pacman -S vulkan-swrast vulkan-icd-loader`;
  const install = (from: string): string =>
    `${sudo}apt-get update && ${sudo}apt-get install -y ${from}mesa-vulkan-drivers libvulkan1`;
  if (facts.codename !== 'bookworm') return install('');
  // The archive's address comes from apt's own sources, so that a mirror stays in use.
  const archive = "$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | head -n 1)";
  return `echo "deb ${archive} bookworm-backports main" | ${sudo}tee /etc/apt/sources.list.d/backports.list && ${install('-t bookworm-backports ')}`;
}

/** Looks at this machine. */
export async function inspectMachine(): Promise<MachineFacts> {
  const release = readRelease();
  const driverVariables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];
  const narrowing = driverVariables.find((name) => (process.env[name] ?? '') !== '');
  const renderNodes = listFolder('/dev/dri').filter((name) => name.startsWith('renderD'));
  return {
    platform: process.platform,
    hasVulkanLoader: process.platform !== 'linux' || (await hasLibrary('libvulkan.so.1', 'vkEnumerateInstanceVersion')),
    manifests: searchFolders().flatMap((folder) => manifestsIn(folder)),
    strayManifests: ['/usr/local/nvidia/share/vulkan/icd.d', '/opt/nvidia/share/vulkan/icd.d'].flatMap(manifestsIn),
    mesaVersion: mesaVersion(),
    hasNvidiaDevice: existsSync('/dev/nvidia0') || existsSync('/dev/nvidiactl'),
    hasRenderNode: renderNodes.length > 0,
    canOpenRenderNode: renderNodes.some((name) => canOpen(join('/dev/dri', name))),
    insideContainer:
      existsSync('/.dockerenv') || existsSync('/run/.containerenv') || 'KUBERNETES_SERVICE_HOST' in process.env,
    isRoot: process.getuid?.() === 0,
    distribution: release.get('ID') ?? '',
    codename: release.get('VERSION_CODENAME') ?? '',
    driverVariable: narrowing === undefined ? '' : `${narrowing}=${process.env[narrowing]}`,
  };
}

/** The findings and the remedy for a machine on which the GPU that is there, or any adapter at all, is not visible. */
export function diagnose(facts: MachineFacts): Diagnosis {
  if (facts.platform !== 'linux') {
    return {
      findings: [`no adapter on ${facts.platform}`],
      remedy: "Update the system and the graphics card's driver.",
    };
  }
  const findings: string[] = [];
  const remedies: string[] = [];
  const nvidiaManifests = facts.manifests.filter((path) => path.includes('nvidia'));
  if (facts.hasNvidiaDevice && nvidiaManifests.length === 0) {
    findings.push('an NVIDIA GPU is there, but no Vulkan driver for it');
    if (facts.strayManifests.length > 0) {
      remedies.push(`Name the driver's manifest: export VK_DRIVER_FILES=${facts.strayManifests[0]}`);
    } else if (facts.insideContainer) {
      remedies.push(
        'The container has no graphics capability: start it with --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all (compute alone brings no Vulkan).',
      );
    } else {
      remedies.push(
        "Install the Vulkan part of NVIDIA's driver: nvidia_icd.json and libGLX_nvidia.so.0 (Debian: sudo apt-get install nvidia-vulkan-icd); in a container: NVIDIA_DRIVER_CAPABILITIES=all.",
      );
    }
  } else if (facts.hasRenderNode && !facts.canOpenRenderNode) {
    findings.push('a GPU is there (/dev/dri), but this user may not open it');
    remedies.push('Join its group, then log in anew: sudo usermod -aG render,video $USER');
  } else if (facts.hasRenderNode && facts.manifests.length === 0) {
    findings.push('a GPU is there (/dev/dri), but no Vulkan driver for it');
    remedies.push(`Install its driver: ${mesaCommand(facts)}`);
  }
  if (facts.driverVariable !== '') {
    findings.push(`${facts.driverVariable} narrows the search for Vulkan drivers`);
    if (remedies.length === 0)
      remedies.push(`Unset ${facts.driverVariable.split('=')[0]}, or name a manifest that exists.`);
  }
  if (!facts.hasVulkanLoader) {
    findings.push('no Vulkan loader (libvulkan.so.1)');
  } else if (facts.manifests.length === 0) {
    findings.push('a Vulkan loader, but no driver manifest (icd.d/*.json)');
  }
  if (facts.mesaVersion !== '' && isOlder(facts.mesaVersion, oldestMesa)) {
    findings.push(`Mesa ${facts.mesaVersion} is too old for WebGPU, which needs ${oldestMesa.join('.')}`);
  }
  if (remedies.length === 0) remedies.push(`Install a software adapter: ${mesaCommand(facts)}`);
  return { findings, remedy: remedies[0] };
}

/** The loader's search paths for driver manifests, by default. */
function searchFolders(): string[] {
  const fromEnvironment = (name: string, fallback: string): string[] => (process.env[name] || fallback).split(':');
  const bases = [
    ...fromEnvironment('XDG_CONFIG_HOME', join(homedir(), '.config')),
    ...fromEnvironment('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    ...fromEnvironment('XDG_DATA_HOME', join(homedir(), '.local/share')),
    ...fromEnvironment('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
  ];
  return [...new Set(bases.map((base) => join(base, 'vulkan', 'icd.d')))];
}

const manifestsIn = (folder: string): string[] =>
  listFolder(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function canOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readRelease(): Map<string, string> {
  try {
    const lines = readFileSync('/etc/os-release', 'utf8').split('\n');
    return new Map(lines.filter((line) => line.includes('=')).map((line) => splitOnce(line)));
  } catch {
    return new Map();
  }
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1).replace(/^"|"$/g, '')];
}

/** The upstream part of the package's version, for example `22.3.6`. */
function mesaVersion(): string {
  try {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholder
    const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'mesa-vulkan-drivers'], {
      encoding: 'utf8',
    });
    return status === 0 ? stdout.replace(/^\d+:/, '').split('-')[0] : '';
  } catch {
    return '';
  }
}

function isOlder(version: string, oldest: readonly [number, number]): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}
