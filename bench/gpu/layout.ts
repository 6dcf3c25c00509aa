/** Tables of cells, the header first, as text and as Markdown. The columns from `firstNumber` on are aligned to the right. */

export function textTable(cells: readonly (readonly string[])[], firstNumber: number): string[] {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => (column < firstNumber ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

export function markdownTable([header, ...rows]: readonly (readonly string[])[], firstNumber: number): string[] {
  const rule = header.map((_, column) => (column < firstNumber ? ':--' : '--:'));
  return [header, rule, ...rows].map((row) => `| ${row.join(' | ')} |`);
}
