/** A table of cells as Markdown, the header first. The columns from `firstNumber` on are aligned to the right. */
export function markdownTable([header, ...rows]: readonly (readonly string[])[], firstNumber: number): string[] {
  const rule = header.map((_, column) => (column < firstNumber ? ':--' : '--:'));
  return [header, rule, ...rows].map((row) => `| ${row.join(' | ')} |`);
}
