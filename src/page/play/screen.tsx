/**
 * A console's screen: the canvas in whole pixels, what lies over it, and for a person's console its hands: keyboard, pointer, touch.
 * Keys are the screen's only while it has the focus, so that the page scrolls as ever elsewhere.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hands } from './hands.ts';
import { type Control, controlOf } from './keyMap.ts';
import { screenWidth, shownWidth } from './screenSize.ts';

/** What the page needs above and below a screen, CSS pixels. */
const roomAroundY = 220;
const leastRoomY = 210;

export interface ScreenProps {
  /** What it is, for those who do not see it. */
  readonly label: string;
  /** Lines. */
  readonly height: number;
  /** The canvas is there. */
  readonly onCanvas: (canvas: HTMLCanvasElement) => void;
  /** Of a person who plays here. */
  readonly hands?: Hands | undefined;
  /** Whether the game has a paddle, which the pointer then turns. */
  readonly usesPaddle?: boolean;
  /** A control that is pressed rather than held: pause, a difficulty switch. */
  readonly onPress?: (control: Control) => void;
  /** Said below it while it has not the focus. */
  readonly hint?: string | undefined;
  readonly children?: ComponentChildren;
}

export function Screen({ label, height, onCanvas, hands, usesPaddle = false, onPress, hint, children }: ScreenProps) {
  const room = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(2 * screenWidth);

  useEffect(() => onCanvas(canvas.current!), [onCanvas]);
  useEffect(() => {
    const place = room.current!;
    const measure = (): void => {
      const roomY = Math.max(leastRoomY, window.innerHeight - roomAroundY);
      setWidth(shownWidth(place.clientWidth, roomY, height, window.devicePixelRatio));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(place);
    window.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', measure);
    };
  }, [height]);

  const toScreen = (event: PointerEvent): void => {
    const box = canvas.current!.getBoundingClientRect();
    const perPixel = box.height / height;
    if (document.pointerLockElement === event.currentTarget) {
      hands?.pointBy(event.movementX / (2 * perPixel), event.movementY / perPixel);
    } else {
      hands?.point((event.clientX - box.left) / (2 * perPixel), (event.clientY - box.top) / perPixel);
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    const control = controlOf(event);
    if (control === undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    const isDown = event.type === 'keydown';
    if (!onPress || !isPress(control)) hands?.hold(control, 'key', isDown);
    else if (isDown && !event.repeat) onPress(control);
  };
  const person = hands && {
    tabIndex: 0,
    onKeyDown: onKey,
    onKeyUp: onKey,
    onBlur: () => hands.release(),
  };
  const pointer = hands &&
    usesPaddle && {
      onPointerMove: toScreen,
      onPointerDown: (event: PointerEvent) => {
        if (event.button !== 0 || event.target !== canvas.current) return;
        toScreen(event);
        hands.hold('fire', 'pointer', true);
        if (event.pointerType !== 'mouse') (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      },
      onPointerUp: () => hands.hold('fire', 'pointer', false),
      onPointerCancel: () => hands.hold('fire', 'pointer', false),
    };

  return (
    <div ref={room} class="play-room">
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label. */}
      <div
        class={usesPaddle ? 'play-screen play-paddle' : 'play-screen'}
        role={hands ? 'application' : 'group'}
        aria-label={label}
        {...person}
        {...(pointer || {})}
        style={{ width: `${width}px`, height: `${(width / 2 / screenWidth) * height}px` }}
      >
        <canvas ref={canvas} width={screenWidth} height={height} />
        {children}
      </div>
      {hint !== undefined && <p class="play-hint">{hint}</p>}
    </div>
  );
}

function isPress(control: Control): boolean {
  return control === 'pause' || control === 'leftDifficulty' || control === 'rightDifficulty';
}
