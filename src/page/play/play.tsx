/**
 * The view that plays: our own games or a cartridge of the user's, by the user, by a trained agent on the browser's WebGPU, or by both side
 * by side. What is chosen is loaded here; stageView.tsx shows it.
 */
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { adapterName } from '../../../kernels/runtime/adapterInfo.ts';
import { NoAdapterError } from '../../../kernels/runtime/errors.ts';
import { openBrowserGpu } from '../../../kernels/runtime/openBrowserGpu.ts';
import { getBytes } from '../server.ts';
import { AgentChoice, firstAgent, useAgents } from './agentChoice.tsx';
import { AgentPlayer } from './agentPlayer.ts';
import { BestScores, browserStorage } from './bestScores.ts';
import { CartridgeChoice, FileButton } from './cartridgeChoice.tsx';
import { fileCartridge, type LoadedCartridge, ownCartridges } from './cartridges.ts';
import { HumanPlayer } from './humanPlayer.ts';
import { StageView } from './stageView.tsx';
import { type AgentName, fetchAgent } from './trainedAgent.ts';

export interface PlayOptions {
  /** A run whose agent is to play first. */
  readonly run?: string | undefined;
  /** How fast an agent that plays alone begins, in place of real time; the view offers other speeds. */
  readonly speed?: number;
}

/** Draws the view into `container`; the function that it returns takes it away and stops all that runs. */
export function mountPlay(container: HTMLElement, options: PlayOptions = {}): () => void {
  render(<PlayView {...options} />, container);
  return () => render(null, container);
}

const modes = { human: 'You play', agent: 'The agent plays', match: 'You against the agent' } as const;
type Mode = keyof typeof modes;

const speeds = [1, 2, 4, 8];

/** Who is on the stage. */
interface Players {
  /** Another number for other players. */
  readonly number: number;
  readonly human?: HumanPlayer;
  readonly agent?: AgentPlayer;
  /** What the agent runs on. */
  readonly adapter: string;
}

let loaded = 0;

async function loadHuman(cartridge: LoadedCartridge): Promise<Players> {
  return { number: loaded++, human: new HumanPlayer(cartridge), adapter: '' };
}

async function loadAgent(name: AgentName, mode: Mode, files: readonly LoadedCartridge[]): Promise<Players> {
  const gpu = await openBrowserGpu({ shaders });
  try {
    const trained = await fetchAgent(name, files);
    const agent = await AgentPlayer.open(gpu, trained);
    const { game, rom, md5, configuration } = trained;
    const cartridge = { rom, md5, game, title: game.title, isUnknown: false };
    const adapter = adapterName(gpu.adapter.info);
    if (mode === 'agent') return { number: loaded++, agent, adapter };
    return { number: loaded++, agent, adapter, human: new HumanPlayer(cartridge, configuration.bankswitch) };
  } catch (error) {
    gpu.destroy();
    throw error;
  }
}

async function shaders(file: string): Promise<string> {
  const bytes = await getBytes(`/shaders/${file}`);
  if (bytes === undefined) throw new Error(`the server has no shaders/${file}`);
  return new TextDecoder().decode(bytes);
}

function PlayView({ run, speed: firstSpeed = 1 }: PlayOptions) {
  const [mode, setMode] = useState<Mode>(run === undefined ? 'human' : 'agent');
  const [own, setOwn] = useState<readonly LoadedCartridge[]>([]);
  const [files, setFiles] = useState<readonly LoadedCartridge[]>([]);
  const [cartridge, setCartridge] = useState<LoadedCartridge | undefined>(undefined);
  const agents = useAgents(run);
  const [agentKey, setAgentKey] = useState('');
  const [speed, setSpeed] = useState(firstSpeed);
  const [players, setPlayers] = useState<Players | undefined>(undefined);
  const [problem, setProblem] = useState<unknown>(undefined);
  /** Fingers play here: they get buttons. */
  const [isTouched, setTouched] = useState(() => window.matchMedia('(pointer: coarse)').matches);
  const best = useMemo(() => new BestScores(browserStorage()), []);

  const game = cartridge ?? own[0];
  const agent = agents && (agents.find(({ key }) => key === agentKey) ?? firstAgent(agents, run, game?.game?.id));

  useEffect(() => {
    ownCartridges().then(setOwn, setProblem);
  }, []);

  const isHuman = mode === 'human';
  const chosen = isHuman ? game : agent?.key;
  useEffect(() => {
    if (chosen === undefined) return;
    let isGone = false;
    const loading = isHuman ? loadHuman(game) : loadAgent(agent!.name, mode, files);
    loading.then(
      (ready) => {
        if (isGone) ready.agent?.close();
        else setPlayers(ready);
      },
      (error: unknown) => {
        if (!isGone) setProblem(error);
      },
    );
    return () => {
      isGone = true;
      setPlayers(undefined);
      setProblem(undefined);
    };
  }, [mode, chosen, isHuman ? undefined : files]);

  const takeFile = (file: File): void => {
    fileCartridge(file).then((taken) => {
      setProblem(undefined);
      setFiles((known) => [...known.filter(({ md5 }) => md5 !== taken.md5), taken]);
      setCartridge(taken);
    }, setProblem);
  };
  const changeCartridge = (next: LoadedCartridge): void => {
    setFiles((known) => known.map((one) => (one.md5 === next.md5 ? next : one)));
    setCartridge(next);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside does the same for the keyboard.
    <div
      class={isTouched ? 'play play-touched' : 'play'}
      onPointerDown={({ pointerType }) => {
        if (pointerType === 'touch') setTouched(true);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const [file] = event.dataTransfer?.files ?? [];
        if (file !== undefined) takeFile(file);
      }}
    >
      <h1 class="hidden">Play</h1>
      <form class="play-choices" onSubmit={(event) => event.preventDefault()}>
        <fieldset class="play-modes">
          <legend class="hidden">Who plays</legend>
          {(Object.keys(modes) as Mode[]).map((name) => (
            <label key={name}>
              <input type="radio" name="mode" value={name} checked={mode === name} onChange={() => setMode(name)} />
              <span class="play-mode">{modes[name]}</span>
            </label>
          ))}
        </fieldset>
        {isHuman
          ? game && <CartridgeChoice cartridges={[...own, ...files]} chosen={game} onChoose={changeCartridge} />
          : agent && <AgentChoice agents={agents!} chosen={agent} onChoose={({ key }) => setAgentKey(key)} />}
        {mode === 'agent' && (
          <span class="play-choice">
            <label for="play-speed">Speed</label>
            <select id="play-speed" value={speed} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
              {[...new Set([...speeds, speed])].map((times) => (
                <option key={times} value={times}>
                  {times} ×
                </option>
              ))}
            </select>
          </span>
        )}
        <FileButton onFile={takeFile} />
      </form>
      <div role="alert">{problem !== undefined && <Problem error={problem} isHuman={isHuman} />}</div>
      {!isHuman && agents?.length === 0 && (
        <p class="empty">
          There is no trained agent yet. <code>bun run train catch</code> makes one in minutes.
        </p>
      )}
      {players === undefined && problem === undefined && <p class="empty">Loading…</p>}
      {players && (
        <StageView
          key={players.number}
          human={players.human}
          agent={players.agent}
          adapter={players.adapter}
          speed={speed}
          best={best}
          onFailure={(error) => {
            setPlayers(undefined);
            setProblem(error);
          }}
        />
      )}
    </div>
  );
}

/** What went wrong, and what to do about it. */
function Problem({ error, isHuman }: { readonly error: unknown; readonly isHuman: boolean }) {
  const { message, hint = '' } = error as Error & { hint?: string };
  const sentence = `${message.replace(/[.\s]+$/, '')}.`;
  return (
    <div class="problem play-problem">
      {error instanceof NoAdapterError && (
        <p>The agent needs WebGPU, which computes its network on the graphics card.</p>
      )}
      <p>
        {sentence} {hint}
      </p>
      {!isHuman && error instanceof NoAdapterError && <p>You can still play yourself: choose “{modes.human}”.</p>}
    </div>
  );
}
