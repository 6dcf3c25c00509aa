/** The screens of a stage with what belongs to them: scores, start, countdown, pause, result, switches, the agent's mind. */
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { AgentPlayer, AgentStep } from './agentPlayer.ts';
import { AgentView } from './agentView.tsx';
import type { BestScores } from './bestScores.ts';
import { KeyHelp, Switches, TouchPad } from './buttons.tsx';
import type { HumanPlayer } from './humanPlayer.ts';
import type { Control } from './keyMap.ts';
import { Screen } from './screen.tsx';
import { Stage } from './stage.ts';

export interface StageViewProps {
  readonly human: HumanPlayer | undefined;
  readonly agent: AgentPlayer | undefined;
  /** What the agent runs on. */
  readonly adapter: string;
  /** How fast an agent that plays alone shall play, in place of 1. */
  readonly speed: number;
  readonly best: BestScores;
  readonly onFailure: (error: unknown) => void;
}

export function StageView(props: StageViewProps) {
  const { human, agent, adapter, speed, best, onFailure } = props;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [news, setNews] = useState('');
  const [seed, setSeed] = useState(1);
  const draw = useRef<((step: AgentStep) => void) | undefined>(undefined);
  const root = useRef<HTMLDivElement>(null);

  // One stage for as long as the view is there: its players come with its key.
  const stage = useMemo(() => {
    const told = new Told(setNews, best);
    const made: Stage = new Stage(human, agent, {
      onChange: () => {
        told.changed(made);
        redraw(undefined);
      },
      onAgentStep: () => draw.current?.(agent!.shown!),
      onFailure,
    });
    return made;
  }, []);
  stage.agentSpeed = speed;

  useEffect(() => {
    const hidden = (): void => {
      if (document.hidden) stage.setPaused(true);
    };
    document.addEventListener('visibilitychange', hidden);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      stage.close();
    };
  }, []);

  const showHuman = useCallback((canvas: HTMLCanvasElement) => stage.showHumanOn(canvas), []);
  const showAgent = useCallback((canvas: HTMLCanvasElement) => stage.showAgentOn(canvas), []);
  const onStep = useCallback((drawer: (step: AgentStep) => void) => {
    draw.current = drawer;
  }, []);
  const toScreen = (): void =>
    root.current?.querySelector<HTMLElement>('[role=application]')?.focus({ preventScroll: true });
  const begin = (): void => {
    void stage.start(seed);
    setSeed(seed + 1);
    toScreen();
  };
  const pause = (paused: boolean): void => {
    stage.setPaused(paused);
    if (!paused) toScreen();
  };
  const press = (control: Control): void => {
    if (control === 'pause') pause(!stage.paused);
    else if (control === 'leftDifficulty') human!.hands.leftDifficultyA = !human!.hands.leftDifficultyA;
    else if (control === 'rightDifficulty') human!.hands.rightDifficultyA = !human!.hands.rightDifficultyA;
    redraw(undefined);
  };

  const { phase, paused, isMatch } = stage;
  const over = <Overlay stage={stage} onStart={begin} onResume={() => pause(false)} />;
  const usesPaddle = human?.arcade.console.controls.usesPaddles ?? false;
  return (
    <div ref={root} class={isMatch ? 'play-stage play-match' : 'play-stage'} data-phase={paused ? 'paused' : phase}>
      {isMatch && <Lead stage={stage} best={best} />}
      {human && (
        <section class="play-side play-human" aria-label="You">
          <Score
            who="You"
            score={human.cartridge.game && stage.humanScore}
            note={bestText(best.best(human.cartridge.md5))}
            lives={human.arcade.lives}
          />
          <Screen
            label={`Screen of ${human.cartridge.title}. Play with arrow keys or W A S D and the space bar; P pauses.`}
            height={human.arcade.screenHeight}
            onCanvas={showHuman}
            hands={human.hands}
            usesPaddle={usesPaddle}
            onPress={press}
            hint={phase === 'playing' && !paused ? 'Click the screen to play with the keys' : undefined}
          >
            {over}
          </Screen>
          <TouchPad hands={human.hands} game={human.cartridge.game} />
          <div class="play-below">
            <PauseButton stage={stage} onPause={pause} />
            {!isMatch && <Switches hands={human.hands} onPress={press} />}
            {usesPaddle && <LockButton onLock={toScreen} />}
          </div>
          <KeyHelp hands={human.hands} game={human.cartridge.game} usesPaddle={usesPaddle} />
        </section>
      )}
      {agent && (
        <section class="play-side play-agent" aria-label="The agent">
          <Score who="Agent" score={stage.agentScore} note={gamesText(stage)} lives={0} />
          <Screen label="The agent's screen" height={agent.screenHeight} onCanvas={showAgent}>
            {isMatch ? phase === 'countdown' && <p class="play-count">{stage.count}</p> : over}
          </Screen>
          {!human && (
            <div class="play-below">
              <PauseButton stage={stage} onPause={pause} />
            </div>
          )}
          {(phase === 'ready' || phase === 'over') && <SeedField seed={seed} onSeed={setSeed} />}
          <p class={stage.agentIsSlow ? 'play-pace play-slow' : 'play-pace'}>{paceText(stage, agent, adapter)}</p>
          <AgentView agent={agent} onStep={onStep} />
        </section>
      )}
      <p class="hidden" role="status">
        {news}
      </p>
    </div>
  );
}

const leadWords = ['The agent leads.', 'Level.', 'You lead.'];

/** What a change means in words, for those who do not see it, and for the best scores. */
class Told {
  readonly #say: (words: string) => void;
  readonly #best: BestScores;
  #state = '';
  #lead = 0;
  #wasOver = false;

  constructor(say: (words: string) => void, best: BestScores) {
    this.#say = say;
    this.#best = best;
  }

  changed(stage: Stage): void {
    const { phase, paused, human, isMatch, humanOver, humanScore, agentScore } = stage;
    const isOver = humanOver && phase !== 'ready';
    if (isOver && !this.#wasOver && human?.cartridge.game !== undefined) {
      const isBest = this.#best.note(human.cartridge.md5, humanScore);
      this.#say(`Game over: ${humanScore} points${isBest ? ', your best so far' : ''}.`);
    }
    this.#wasOver = isOver;
    const state = paused ? 'paused' : phase;
    if (state !== this.#state) {
      const wasPaused = this.#state === 'paused';
      this.#state = state;
      if (phase === 'over' && human !== undefined) {
        this.#best.noteMatch(human.cartridge.md5, humanScore, agentScore);
        this.#say(resultText(stage));
      } else if (state === 'paused') this.#say('Paused.');
      else if (state === 'countdown') this.#say('The match begins in three seconds.');
      else if (state === 'playing') this.#say(wasPaused ? 'Goes on.' : isMatch ? 'Go.' : 'The game has begun.');
    }
    const lead = Math.sign(humanScore - agentScore);
    if (isMatch && phase === 'playing' && lead !== this.#lead) this.#say(leadWords[lead + 1]);
    this.#lead = lead;
  }
}

function Score({ who, score, note, lives }: { who: string; score: number | undefined; note: string; lives: number }) {
  return (
    <header class="play-score">
      <h2>{who}</h2>
      <span class="play-points">{score === undefined ? '–' : points(score)}</span>
      <span class="play-note">
        {lives > 0 && <span>{lives === 1 ? '1 life' : `${lives} lives`}</span>}
        <span>{note}</span>
      </span>
    </header>
  );
}

function Overlay({ stage, onStart, onResume }: { stage: Stage; onStart: () => void; onResume: () => void }) {
  const { phase, paused, isMatch, humanOver } = stage;
  if (phase === 'ready') {
    return (
      <p class="play-overlay">
        <button type="button" class="button primary" onClick={onStart}>
          {isMatch ? 'Start the match' : 'Start'}
        </button>
      </p>
    );
  }
  if (phase === 'preparing') return <p class="play-overlay">One moment…</p>;
  if (phase === 'countdown') return <p class="play-count">{stage.count}</p>;
  if (paused) {
    return (
      <p class="play-overlay">
        <span>Paused</span>
        <button type="button" class="button primary" onClick={onResume}>
          Go on
        </button>
      </p>
    );
  }
  if (phase === 'over') {
    return (
      <p class="play-overlay">
        <span>{resultText(stage)}</span>
        <button type="button" class="button primary" onClick={onStart}>
          Another match
        </button>
      </p>
    );
  }
  if (!humanOver) return null;
  return (
    <p class="play-overlay">
      <span>Game over: {points(stage.humanScore)}</span>
      {isMatch ? (
        <span>The agent plays on, {stage.agentShare < 1 ? 'as fast as it can' : 'faster'}</span>
      ) : (
        <button type="button" class="button primary" onClick={onStart}>
          Another game
        </button>
      )}
    </p>
  );
}

function Lead({ stage, best }: { readonly stage: Stage; readonly best: BestScores }) {
  const { won, lost, drawn } = best.matches(stage.human!.cartridge.md5);
  const played = won + lost + drawn;
  return (
    <p class="play-lead">
      <strong>{stage.phase === 'over' ? resultText(stage) : leadText(stage)}</strong>
      {played > 0 && (
        <span>
          Matches so far: {won} won, {lost} lost{drawn > 0 && `, ${drawn} drawn`}
        </span>
      )}
    </p>
  );
}

function PauseButton({ stage, onPause }: { readonly stage: Stage; readonly onPause: (paused: boolean) => void }) {
  const { paused, phase } = stage;
  return (
    <button type="button" disabled={phase !== 'playing'} aria-pressed={paused} onClick={() => onPause(!paused)}>
      {paused ? 'Go on' : 'Pause'}
    </button>
  );
}

/** Gives the mouse to the paddle, so that it does not leave the screen; Escape gives it back. */
function LockButton({ onLock }: { readonly onLock: () => void }) {
  const lock = (event: MouseEvent): void => {
    onLock();
    const side = (event.currentTarget as HTMLElement).closest('.play-side');
    void Promise.resolve(side?.querySelector('.play-screen')?.requestPointerLock()).catch(() => {});
  };
  return (
    <button type="button" class="play-lock" onClick={lock}>
      Capture the mouse
    </button>
  );
}

/** The same seed is the same play, here and by `bun run play --seed`. */
function SeedField({ seed, onSeed }: { readonly seed: number; readonly onSeed: (seed: number) => void }) {
  const taken = (text: string): void => {
    const number = Number(text);
    if (text !== '' && Number.isInteger(number) && number >= 0 && number <= 0xffffffff) onSeed(number);
  };
  return (
    <label class="play-seed">
      Seed{' '}
      <input
        type="number"
        min={0}
        max={0xffffffff}
        step={1}
        value={seed}
        onInput={(event) => taken(event.currentTarget.value)}
      />
    </label>
  );
}

/** With a proper minus sign. */
function points(score: number): string {
  return String(score).replace('-', '−');
}

function bestText(best: number | undefined): string {
  return best === undefined ? '' : `best ${points(best)}`;
}

function gamesText({ agentGames, agentMeanReward, isMatch }: Stage): string {
  if (isMatch || agentGames === 0) return '';
  const mean = points(Number(agentMeanReward.toFixed(1)));
  return agentGames === 1 ? `last game ${mean}` : `${agentGames} games, mean ${mean}`;
}

function leadText({ humanScore, agentScore, phase }: Stage): string {
  if (phase === 'ready' || phase === 'preparing' || phase === 'countdown') return 'One game each, from the same start';
  if (humanScore === agentScore) return 'Level';
  return humanScore > agentScore
    ? `You lead by ${humanScore - agentScore}`
    : `The agent leads by ${agentScore - humanScore}`;
}

function resultText({ humanScore, agentScore }: Stage): string {
  const score = `${points(humanScore)} to ${points(agentScore)}`;
  if (humanScore === agentScore) return `A draw, ${score}.`;
  return humanScore > agentScore ? `You win, ${score}.` : `The agent wins, ${score}.`;
}

function paceText(stage: Stage, agent: AgentPlayer, adapter: string): string {
  const { stepMs } = agent;
  if (stepMs === 0) return `Runs on ${adapter}.`;
  const took = `${stepMs < 10 ? stepMs.toFixed(1) : Math.round(stepMs)} ms a step on ${adapter}`;
  if (!stage.agentIsSlow) return `${took}.`;
  const percent = Math.round(100 * stage.agentShare * stage.agentSpeed);
  return `${took}: too slow for ${stage.agentSpeed === 1 ? 'real time' : `${stage.agentSpeed} times real time`}, so it plays at ${percent} % of real time and leaves nothing out.`;
}
