/** A table of cells for a terminal, the header first. The columns from `firstNumber` on are aligned to the right. */
export function textTable(cells: readonly (readonly string[])[], firstNumber: number): string[] {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => (column < firstNumber ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}
