/** The first gamepad, as a joystick with a button. It is only asked for while one is connected, since each answer is a new object. */
import type { Hands } from './hands.ts';

/** Of the standard layout: the four of the cross. The first four buttons fire, the ninth and tenth are SELECT and RESET. */
const cross = { up: 12, down: 13, left: 14, right: 15 } as const;
const tilted = 0.4;

export class GamepadHands {
  #connected = navigator.getGamepads?.().filter((pad) => pad !== null).length ?? 0;
  readonly #changed = (event: Event): void => {
    this.#connected += event.type === 'gamepadconnected' ? 1 : -1;
  };

  constructor() {
    window.addEventListener('gamepadconnected', this.#changed);
    window.addEventListener('gamepaddisconnected', this.#changed);
  }

  /** Holds what the gamepad holds. */
  read(hands: Hands): void {
    if (this.#connected <= 0) return;
    const pad = navigator.getGamepads().find((known) => known !== null);
    if (!pad) return;
    const pressed = (index: number): boolean => pad.buttons[index]?.pressed ?? false;
    const [x = 0, y = 0] = pad.axes;
    hands.hold('left', 'gamepad', x < -tilted || pressed(cross.left));
    hands.hold('right', 'gamepad', x > tilted || pressed(cross.right));
    hands.hold('up', 'gamepad', y < -tilted || pressed(cross.up));
    hands.hold('down', 'gamepad', y > tilted || pressed(cross.down));
    hands.hold('fire', 'gamepad', pressed(0) || pressed(1) || pressed(2) || pressed(3));
    hands.hold('select', 'gamepad', pressed(8));
    hands.hold('reset', 'gamepad', pressed(9));
  }

  close(): void {
    window.removeEventListener('gamepadconnected', this.#changed);
    window.removeEventListener('gamepaddisconnected', this.#changed);
  }
}
