/** How large a console's screen is shown. */

/** Pixels of a line. */
export const screenWidth = 160;

/**
 * How wide a screen of `height` lines is shown, CSS pixels, where there is room for `roomX` x `roomY`: the lines a whole number of the
 * display's pixels each where they can be at least two, else half a number where that fits, else whatever fits.
 */
export function shownWidth(roomX: number, roomY: number, height: number, pixelRatio: number): number {
  // Pixels of the display to a line; a pixel of the console is twice as wide.
  const factor = Math.min((roomX * pixelRatio) / (2 * screenWidth), (roomY * pixelRatio) / height);
  const whole = factor >= 2 ? Math.floor(factor) : factor >= 1 ? Math.floor(2 * factor) / 2 : factor;
  return (2 * screenWidth * whole) / pixelRatio;
}
