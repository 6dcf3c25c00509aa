/**
 * What an agent sees and thinks: its input frames, and the Q-values of its actions as bars. Drawn anew at each of its steps, past Preact.
 */
import { useEffect, useRef } from 'preact/hooks';
import { actionNames } from '../../emulator/console/action.ts';
import type { AgentPlayer, AgentStep } from './agentPlayer.ts';

/** The bars' ends follow the extremes of the last steps: so much of the way back at a step. */
const shrink = 0.02;

/** Pixels between two frames. */
const frameGap = 2;

/** Calls the drawer at each step that is shown. */
export type OnStep = (draw: (step: AgentStep) => void) => void;

export function AgentView({ agent, onStep }: { readonly agent: AgentPlayer; readonly onStep: OnStep }) {
  const rows = useRef<HTMLTableSectionElement>(null);
  const frames = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const drawBars = barDrawer(rows.current!);
    const drawFrames = frameDrawer(frames.current!, agent);
    onStep((step) => {
      drawBars(step);
      drawFrames(step.state);
    });
  }, [agent, onStep]);
  const { stack, frameSide, actions } = agent;
  return (
    <div class="play-mind">
      <figure>
        <figcaption>What it sees: its last {stack} frames, the newest at the right</figcaption>
        <canvas
          ref={frames}
          class="play-frames"
          width={stripWidth(agent)}
          height={frameSide}
          role="img"
          aria-label={`The agent's ${stack} input frames`}
        />
      </figure>
      <table class="play-values">
        <caption>What it expects of each action (Q-values)</caption>
        <thead class="hidden">
          <tr>
            <th scope="col">Action</th>
            <th scope="col">Bar</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody ref={rows}>
          {actions.map((action) => (
            <tr key={action}>
              <th scope="row">{actionNames[action]}</th>
              <td class="play-bar">
                <span class="play-length" />
              </td>
              <td class="play-value">–</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Writes each action's value into its row, and marks the one that was taken. */
function barDrawer(body: HTMLTableSectionElement): (step: AgentStep) => void {
  const rows = [...body.rows];
  const bars = rows.map((row) => row.cells[1].firstElementChild as HTMLElement);
  const values = rows.map((row) => row.cells[2]);
  let least = Number.NaN;
  let most = Number.NaN;
  return ({ number, qValues, action, wasRandom }) => {
    body.dataset['step'] = String(number);
    if (!Number.isNaN(qValues[0])) {
      const low = Math.min(...qValues);
      const high = Math.max(...qValues);
      least = Number.isNaN(least) ? low : Math.min(low, least + shrink * (low - least));
      most = Number.isNaN(most) ? high : Math.max(high, most + shrink * (high - most));
    }
    const range = Math.max(1e-6, most - least);
    for (let i = 0; i < rows.length; i++) {
      const isKnown = !Number.isNaN(qValues[i]);
      bars[i].style.transform = `scaleX(${isKnown ? (0.04 + 0.96 * ((qValues[i] - least) / range)).toFixed(3) : 0})`;
      values[i].textContent = isKnown ? qValues[i].toFixed(3) : '–';
      rows[i].className = i !== action ? '' : wasRandom ? 'play-taken play-random' : 'play-taken';
    }
  };
}

/** Of the frames side by side, pixels. */
function stripWidth({ stack, frameSide }: AgentPlayer): number {
  return stack * (frameSide + frameGap) - frameGap;
}

function frameDrawer(canvas: HTMLCanvasElement, agent: AgentPlayer): (state: Uint8Array) => void {
  const { stack, frameSide } = agent;
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const width = stripWidth(agent);
  const image = context.createImageData(width, frameSide);
  const pixels = new Uint32Array(image.data.buffer);
  return (state) => {
    for (let frame = 0; frame < stack; frame++) {
      for (let y = 0; y < frameSide; y++) {
        const from = (frame * frameSide + y) * frameSide;
        const to = y * width + frame * (frameSide + frameGap);
        for (let x = 0; x < frameSide; x++) pixels[to + x] = 0xff000000 | (state[from + x] * 0x010101);
      }
    }
    context.putImageData(image, 0, 0);
  };
}
