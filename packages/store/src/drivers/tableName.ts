const pattern = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?$/

/** Quotes the name of a table, which may come with its schema. @throws RangeError for what needs more than quotes */
export function quoteTable(driver: string, table: string): string {
  if (!pattern.test(table)) throw new RangeError(`[treadlight ${driver}] table ${JSON.stringify(table)} must match ${pattern.source}`)
  return table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')
}

/** The end of the range of keys that begin with `prefix`, whose last character is the colon. */
export function endOf(prefix: string): string {
  // What comes behind a colon in ASCII.
  return `${prefix.slice(0, -1)};`
}
