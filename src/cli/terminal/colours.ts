/**
 * The colours of terminals with 256 of them: a cube of 6 x 6 x 6 and 24 greys. The first 16 are the user's own and are not used.
 * Source: xterm's 256colres.pl, as of patch 111.
 */

const cubeLevels = [0, 95, 135, 175, 215, 255];
const firstCube = 16;
const firstGrey = 232;
const greys = 24;

/** 0xRRGGBB of the colours from 16 on; undefined for the user's own. */
export function colourOf(index: number): number | undefined {
  if (index >= firstGrey) return (8 + 10 * (index - firstGrey)) * 0x010101;
  if (index < firstCube) return undefined;
  const place = index - firstCube;
  const [red, green, blue] = [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((i) => cubeLevels[i]);
  return (red << 16) | (green << 8) | blue;
}

/** The nearest of those colours, 16 to 255, by the sum of squares; of equals the first. */
export function nearestColour(rgb: number): number {
  const parts = [rgb >> 16, (rgb >> 8) & 255, rgb & 255];
  const [red, green, blue] = parts.map(nearestLevel);
  const cube = firstCube + 36 * red + 6 * green + blue;
  const mean = (parts[0] + parts[1] + parts[2]) / 3;
  const grey = firstGrey + Math.min(greys - 1, Math.max(0, Math.round((mean - 8) / 10)));
  return distance(parts, colourOf(grey)!) < distance(parts, colourOf(cube)!) ? grey : cube;
}

function nearestLevel(part: number): number {
  let nearest = 0;
  for (let i = 1; i < cubeLevels.length; i++) {
    if (Math.abs(cubeLevels[i] - part) < Math.abs(cubeLevels[nearest] - part)) nearest = i;
  }
  return nearest;
}

function distance([red, green, blue]: readonly number[], rgb: number): number {
  return (red - (rgb >> 16)) ** 2 + (green - ((rgb >> 8) & 255)) ** 2 + (blue - (rgb & 255)) ** 2;
}
