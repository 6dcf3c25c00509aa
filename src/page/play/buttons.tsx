/**
 * The console's switches and a joystick as buttons, for touch and for those who play without a keyboard. A button is held for as long as the
 * finger is on it; pressed by keyboard or a screen reader it is held for a moment.
 */

import { actionNames } from '../../emulator/console/action.ts';
import type { Game } from '../../games/game.ts';
import type { Hands } from './hands.ts';
import type { Control } from './keyMap.ts';

/** Some frames: enough for a console's program to notice. */
const momentMs = 100;

interface HoldButtonProps {
  readonly hands: Hands;
  readonly control: Control;
  readonly label: string;
  readonly text: string;
  readonly kind: string;
}

function HoldButton({ hands, control, label, text, kind }: HoldButtonProps) {
  const hold = (on: boolean) => hands.hold(control, 'button', on);
  return (
    <button
      type="button"
      class={kind}
      aria-label={label}
      onPointerDown={(event) => {
        hold(true);
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={() => hold(false)}
      onPointerCancel={() => hold(false)}
      onContextMenu={(event) => event.preventDefault()}
      onClick={({ detail }) => {
        if (detail !== 0) return;
        hold(true);
        setTimeout(hold, momentMs, false);
      }}
    >
      {text}
    </button>
  );
}

const stickButtons = [
  { control: 'up', label: 'Up', text: '▲' },
  { control: 'left', label: 'Left', text: '◀' },
  { control: 'right', label: 'Right', text: '▶' },
  { control: 'down', label: 'Down', text: '▼' },
] as const;

/** Shown where fingers play. */
export function TouchPad({ hands, game }: { readonly hands: Hands; readonly game: Game | undefined }) {
  const known = stickButtons.filter(({ control }) => moves(hands, game, control));
  return (
    <fieldset class="play-touch">
      <legend class="hidden">Joystick</legend>
      <div class="play-stick">
        {known.map(({ control, label, text }) => (
          <HoldButton key={control} kind={`play-pad play-${control}`} {...{ hands, control, label, text }} />
        ))}
      </div>
      {needsFire(game) && (
        <HoldButton kind="play-pad play-fire" hands={hands} control="fire" label="Fire" text="FIRE" />
      )}
    </fieldset>
  );
}

/** Whether a direction does something: along a paddle's travel, or in one of the game's actions. */
function moves(hands: Hands, game: Game | undefined, control: 'up' | 'down' | 'left' | 'right'): boolean {
  if (game === undefined) return true;
  if (game.console.left === 'PADDLES') {
    return (hands.travel.axis === 'y') === (control === 'up' || control === 'down');
  }
  return game.minimalActions.some((action) => actionNames[action].includes(control.toUpperCase()));
}

function needsFire(game: Game | undefined): boolean {
  return game === undefined || game.minimalActions.some((action) => actionNames[action].includes('FIRE'));
}

export interface SwitchesProps {
  readonly hands: Hands;
  readonly onPress: (control: Control) => void;
}

/** What stands on the console itself. */
export function Switches({ hands, onPress }: SwitchesProps) {
  const difficulty = (control: 'leftDifficulty' | 'rightDifficulty', side: string, isA: boolean) => (
    <button type="button" aria-pressed={isA} onClick={() => onPress(control)}>
      {side} difficulty {isA ? 'A' : 'B'}
    </button>
  );
  return (
    <fieldset class="play-switches">
      <legend class="hidden">Switches of the console</legend>
      <HoldButton kind="" hands={hands} control="reset" label="RESET: a new game" text="RESET" />
      <HoldButton kind="" hands={hands} control="select" label="SELECT: another variant of the game" text="SELECT" />
      {difficulty('leftDifficulty', 'Left', hands.leftDifficultyA)}
      {difficulty('rightDifficulty', 'Right', hands.rightDifficultyA)}
    </fieldset>
  );
}

/** Which keys do what, for the game at hand. */
export function KeyHelp({ hands, game, usesPaddle }: { hands: Hands; game: Game | undefined; usesPaddle: boolean }) {
  const upright = usesPaddle && hands.travel.axis === 'y';
  const rows: readonly (readonly [string, string])[] = [
    [
      usesPaddle ? 'Paddle' : 'Joystick',
      `${upright ? '↑ ↓ or W S' : 'arrows or W A S D'}${usesPaddle ? ', or the mouse over the screen' : ''}`,
    ],
    ...(needsFire(game)
      ? [['Fire', `Space${usesPaddle ? ', mouse button' : ''}, or Ctrl beside the arrows`] as const]
      : []),
    ['RESET', 'Enter'],
    ['SELECT', 'Backspace'],
    ['Difficulty', '1 left, 2 right'],
    ['Pause', 'P'],
  ];
  return (
    <details class="play-keys">
      <summary>Keys</summary>
      <dl>
        {rows.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{keys}</dd>
          </div>
        ))}
      </dl>
      <p>
        A gamepad plays too. The keys are the game’s while its screen has the focus. The console’s sound is not
        modelled.
      </p>
    </details>
  );
}
