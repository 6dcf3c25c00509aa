/**
 * The colours that tell runs apart, after Okabe and Ito (Color Universal Design, 2008): people with any of the three colour
 * blindnesses tell them apart, too. Some are darker for light ground and lighter for dark than the originals, so that each stands out
 * at least 3 : 1 (tests/page/colours.test.ts holds both). Beyond them colours repeat with another dash pattern.
 */
export type Theme = 'light' | 'dark';

export const runColours: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#0072b2', '#d55e00', '#00805c', '#c4579a', '#3b9ad6', '#705a00', '#4d4d4d'],
  dark: ['#4da3e0', '#ff7f35', '#1fbf92', '#e38fc0', '#9ad7ff', '#f0c419', '#c9c9c9'],
};

/** In CSS pixels; none: a line without gaps. */
export const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** How the run at a place of the overlay is drawn. */
export function styleOf(place: number, theme: Theme): { colour: string; dash: readonly number[] } {
  const colours = runColours[theme];
  return { colour: colours[place % colours.length], dash: dashes[Math.floor(place / colours.length) % dashes.length] };
}

/** What a chart draws beside curves. */
export const chartInk: Readonly<Record<Theme, { text: string; grid: string }>> = {
  light: { text: '#5a6472', grid: '#e6e9ee' },
  dark: { text: '#98a3b3', grid: '#262d38' },
};
