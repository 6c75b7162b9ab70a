/**
 * A table as CSV (RFC 4180), which spreadsheets open.
 * @param rows the first are the names of the columns
 */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** What a spreadsheet would take for a formula gets an apostrophe: people type their names themselves. */
function cell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d\s()/.-]+$/.test(text) ? `'${text}` : text;
  // where a comma stands in numbers, as in German, spreadsheets divide at semicolons
  return /[",;\t\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
