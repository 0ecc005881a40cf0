/**
 * Formats rows in aligned columns, with numbers to the right.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function table(head, rows) {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => String(row[column]).length)),
  );
  /** @param {readonly (string | number)[]} cells */
  const line = (cells) =>
    cells
      .map((cell, column) => {
        const isNumber = rows.every((row) => typeof row[column] === 'number');
        const width = widths[column] ?? 0;
        return isNumber ? String(cell).padStart(width) : String(cell).padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * A table with a row and a column for each name, sorted.
 *
 * @param {string} corner
 * @param {readonly { row: string, column: string, cell: string }[]} cells
 */
export function pivot(corner, cells) {
  const columns = [...new Set(cells.map(({ column }) => column))].sort();
  const rows = [...new Set(cells.map(({ row }) => row))].sort();
  const at = new Map(cells.map(({ row, column, cell }) => [`${row}\n${column}`, cell]));
  return table(
    [corner, ...columns],
    rows.map((row) => [row, ...columns.map((column) => at.get(`${row}\n${column}`) ?? '')]),
  );
}
