import { describe, expect, test } from 'bun:test';
import { type ActionName, actionNames } from '../../src/emulator/console/action.ts';
import { Controls, paddleRange } from '../../src/emulator/console/controls.ts';
import { defaultProperties } from '../../src/emulator/console/properties.ts';
import { Hands } from '../../src/page/play/hands.ts';
import { type Control, controlOf } from '../../src/page/play/keyMap.ts';
import { paddleTravel } from '../../src/page/play/paddle.ts';

const plain = { altKey: false, metaKey: false, ctrlKey: false };

describe('keys', () => {
  test.each([
    ['ArrowUp', 'up'],
    ['KeyS', 'down'],
    ['KeyA', 'left'],
    ['ArrowRight', 'right'],
    ['Space', 'fire'],
    ['ControlLeft', 'fire'],
    ['Enter', 'reset'],
    ['Backspace', 'select'],
    ['Digit1', 'leftDifficulty'],
    ['Digit2', 'rightDifficulty'],
    ['KeyP', 'pause'],
  ])('%s is %s', (code, control) => {
    expect(controlOf({ ...plain, code })).toBe(control as Control);
  });

  test('others, and shortcuts of browser and system, are not the game’s', () => {
    for (const code of ['Tab', 'Escape', 'KeyQ', 'toString']) expect(controlOf({ ...plain, code })).toBeUndefined();
    expect(controlOf({ ...plain, code: 'KeyP', ctrlKey: true })).toBeUndefined();
    expect(controlOf({ ...plain, code: 'ArrowLeft', altKey: true })).toBeUndefined();
    expect(controlOf({ ...plain, code: 'KeyA', metaKey: true })).toBeUndefined();
  });

  test('Ctrl fires beside the arrows', () => {
    expect(controlOf({ ...plain, code: 'ArrowLeft', ctrlKey: true })).toBe('left');
    expect(controlOf({ ...plain, code: 'ControlLeft', ctrlKey: true })).toBe('fire');
  });
});

/** What the console reads of a joystick when an action is played. */
function ofAction(name: ActionName): number[] {
  const controls = new Controls(defaultProperties);
  controls.setJoystick(actionNames.indexOf(name));
  return [controls.swcha, controls.inpt4];
}

function ofHands(...held: readonly Control[]): number[] {
  const hands = new Hands(paddleTravel(undefined));
  const controls = new Controls(defaultProperties);
  for (const control of held) hands.hold(control, 'key', true);
  hands.apply(controls);
  return [controls.swcha, controls.inpt4];
}

describe('a joystick is held', () => {
  test.each<[ActionName, Control[]]>([
    ['NOOP', []],
    ['FIRE', ['fire']],
    ['UP', ['up']],
    ['DOWNLEFT', ['down', 'left']],
    ['UPRIGHTFIRE', ['right', 'fire', 'up']],
    ['LEFTFIRE', ['left', 'fire']],
    ['NOOP', ['left', 'right']],
    ['UP', ['left', 'right', 'up']],
    ['NOOP', ['up', 'down', 'left', 'right']],
  ])('as %s with %p', (name, held) => {
    expect(ofHands(...held)).toEqual(ofAction(name));
  });

  test('until all who hold it let go', () => {
    const hands = new Hands(paddleTravel(undefined));
    hands.hold('fire', 'key', true);
    hands.hold('fire', 'button', true);
    hands.hold('fire', 'key', false);
    expect(hands.holds('fire')).toBe(true);
    hands.hold('fire', 'button', false);
    expect(hands.holds('fire')).toBe(false);
    hands.hold('up', 'gamepad', true);
    hands.release();
    expect(hands.holds('up')).toBe(false);
  });

  test('and the switches', () => {
    const hands = new Hands(paddleTravel(undefined));
    const controls = new Controls(defaultProperties);
    hands.apply(controls);
    const before = controls.swchb;
    hands.hold('reset', 'key', true);
    hands.hold('select', 'button', true);
    hands.leftDifficultyA = hands.rightDifficultyA = true;
    hands.apply(controls);
    expect(before ^ controls.swchb).toBe(0x01 | 0x02 | 0x40 | 0x80);
    expect(controls.resetHeld).toBe(true);
  });
});

describe('arrow keys turn a paddle as far as an action does, and no further than it goes', () => {
  const paddles = { ...defaultProperties, left: 'PADDLES' } as const;
  test.each([
    ['pong', 'up', -1],
    ['pong', 'right', -1],
    ['pong', 'down', 1],
    ['breakout', 'right', -1],
    ['breakout', 'left', 1],
    ['breakout', 'up', 0],
  ] as const)('%s, %s', (game, control, sign) => {
    const hands = new Hands({ axis: game === 'pong' ? 'y' : 'x', atMost: 0, atLeast: 100 });
    const controls = new Controls(paddles);
    hands.hold(control, 'key', true);
    hands.apply(controls);
    expect(controls.paddleOhms).toBe(paddleRange.start + sign * paddleRange.step);
    for (let frame = 0; frame < 100; frame++) hands.apply(controls);
    const end = { '-1': paddleRange.min, '0': paddleRange.start, '1': paddleRange.max }[
      String(sign) as '-1' | '0' | '1'
    ];
    expect(controls.paddleOhms).toBe(end);
  });
});
