/** The trained agents that there are: those that ship with our own games, and those of the runs. */
import { useEffect, useState } from 'preact/hooks';
import { runs } from '../runsStore.ts';
import { getJson } from '../server.ts';
import { useValue } from '../value.ts';
import type { AgentName } from './trainedAgent.ts';

export interface OfferedAgent {
  readonly key: string;
  readonly label: string;
  readonly gameId: string;
  readonly name: AgentName;
}

/** All of them, those that ship first; undefined until they are known. `run` is among them in any case. */
export function useAgents(run: string | undefined): readonly OfferedAgent[] | undefined {
  const [shipped, setShipped] = useState<readonly OfferedAgent[] | undefined>(undefined);
  const listed = useValue(runs);
  useEffect(() => {
    let isGone = false;
    getJson<string[]>('/weights').then(
      (games) => {
        if (!isGone) setShipped(games.map(ofGame));
      },
      () => {
        if (!isGone) setShipped([]);
      },
    );
    return () => {
      isGone = true;
    };
  }, []);
  const named = run === undefined ? [] : ofRun(run, '');
  if (shipped === undefined || listed === undefined) return run === undefined ? undefined : named;
  const ofRuns = listed.filter(({ agentSteps }) => agentSteps > 0).flatMap(({ id, game }) => ofRun(id, game));
  return [...shipped, ...ofRuns, ...(ofRuns.some(({ name }) => name.run === run) ? [] : named)];
}

/** The agent to begin with: the run's that is asked for, else one for the game that is being played, else the first. */
export function firstAgent(agents: readonly OfferedAgent[], run: string | undefined, gameId: string | undefined) {
  const ofRunAskedFor = agents.find(({ name }) => 'run' in name && name.run === run);
  return ofRunAskedFor ?? agents.find((agent) => agent.gameId === gameId) ?? agents[0];
}

function ofGame(gameId: string): OfferedAgent {
  return { key: `shipped/${gameId}`, label: `${gameId}, ready trained`, gameId, name: { shipped: gameId } };
}

function ofRun(run: string, gameId: string) {
  return (['best', 'last'] as const).map((weights) => ({
    ...{ key: `${weights}/${run}`, label: `${run}, ${weights} weights`, gameId },
    name: { run, weights },
  }));
}

export interface AgentChoiceProps {
  readonly agents: readonly OfferedAgent[];
  readonly chosen: OfferedAgent;
  readonly onChoose: (agent: OfferedAgent) => void;
}

export function AgentChoice({ agents, chosen, onChoose }: AgentChoiceProps) {
  return (
    <span class="play-choice">
      <label for="play-agent">Agent</label>
      <select
        id="play-agent"
        value={chosen.key}
        onChange={({ currentTarget }) => onChoose(agents.find(({ key }) => key === currentTarget.value)!)}
      >
        {agents.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}
