/** What a cell can hold. A number is written as it is, so that programs can count on it. */
export type Cell = string | number

/**
 * OWASP's list of what makes spreadsheets take a text for a formula, in half and full width, also behind spaces or a BOM,
 * which some of them skip. A plain negative number is none, and would be no number any more. Apostrophes before one are as
 * if they were not there, so that the one that is put there can be taken away again.
 */
const formula = /^'*(?!-\d+(?:\.\d+)?$)(?:[\t\r\n]|[\s\uFEFF]*[=+\-@＝＋－＠])/

const special = /[",\r\n]/

/**
 * A row of CSV by RFC 4180, with its CRLF. A text that a spreadsheet would take for a formula gets an apostrophe before
 * it, by which spreadsheets know a text.
 *
 * @example
 * csvLine(['=cmd()', '/a,"q"', '-5']) // `'=cmd(),"/a,""q""",-5\r\n`
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/** One cell of such a row. */
export function csvCell(value: Cell): string {
  if (typeof value === 'number') return String(value)
  const text = formula.test(value) ? `'${value}` : value
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A text of a cell as it was before it got an apostrophe. */
export function withoutApostrophe(text: string): string {
  return text.startsWith("'") && formula.test(text) ? text.slice(1) : text
}
