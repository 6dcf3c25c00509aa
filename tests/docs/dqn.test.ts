/** Holds the network's table in docs/how-dqn-works.md to the network that is built. */
import { expect, test } from 'bun:test';
import type { Table } from 'mdast';
import { visit } from 'unist-util-visit';
import { parseMarkdown, placeOf, readPage } from '../../bench/docs/markdown.ts';
import { architecture } from '../../src/agent/architecture.ts';

const page = readPage('docs/how-dqn-works.md');

function tableUnder(head: string): string[][] {
  const tables: Table[] = [];
  visit(parseMarkdown(page), 'table', (table) => void tables.push(table));
  const cells = ({ children }: Table): string[][] =>
    children.map((row) =>
      row.children.map((cell) => page.slice(placeOf(cell).begin, placeOf(cell).end).replaceAll('|', '').trim()),
    );
  const found = tables.map(cells).find(([[first]]) => first === head);
  if (found === undefined) throw new Error(`there is no table of ${head}`);
  return found.slice(1);
}

test('docs/how-dqn-works.md: layers, their outputs and their parameters', () => {
  const { layers, parameters } = architecture('nature', 84, 4, 6);
  const counted = layers.map(({ layer, output }) => [
    layer.name,
    output.filter((extent, axis) => extent > 1 || axis === output.length - 1).join(' x '),
    parameters
      .filter(({ name }) => name.startsWith(`${layer.name}.`))
      .reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0)
      .toLocaleString('en-US'),
  ]);
  expect(tableUnder('layer').map(([name, , output, count]) => [name, output, count])).toEqual(counted);
});
