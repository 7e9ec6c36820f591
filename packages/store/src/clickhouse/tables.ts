/** The tables by what is in them, as names within their database. */
const names = {
  /** The facts of all sites, a column for each field. */
  facts: 'facts',
  /** Which session a user said was theirs. */
  links: 'links',
  /** Who was erased, by hash; for ever. */
  erasures: 'erasures',
  /** Hits that an erasure took, by home day and id; for ever. */
  erasedHits: 'erased_hits',
  /** What prunings took: what comes late is judged by them. */
  prunings: 'prunings',
  /** What is about to be deleted, by home day and id, while it is. */
  doomed: 'doomed',
  /** What tells whether a home day is as it was. */
  dayState: 'day_state',
  /** Derived: a row for each pageview and event with what is known of its visit. */
  rows: 'visit_rows',
  /** The same of days that go on, for a while: each build is a partition. */
  openRows: 'open_rows',
  /** Which rows are of which state of a home day. */
  builds: 'builds',
  schemaVersion: 'schema_version',
  /** The rows in another order, as version 2 and before had them. */
  formerRows: 'rows',
} as const

export type TableName = keyof typeof names

/** Their names with that of the database, quoted. */
export type Tables = Readonly<Record<TableName, string>> & {
  readonly database: string
  /** The name of the table that has the rows itself: that of one node, behind a Distributed one in a cluster. */
  local(table: TableName): string
}

const pattern = /^[A-Za-z_][A-Za-z0-9_]*$/

/** @throws RangeError for a name of a database or cluster that needs more than quotes */
export function createTables(database: string, cluster?: string): Tables {
  checkName('database', database)
  if (cluster !== undefined) checkName('cluster', cluster)
  const quoted = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, `\`${database}\`.${name}`])) as Record<TableName, string>
  return { ...quoted, database: `\`${database}\``, local: (table) => (cluster === undefined ? quoted[table] : `\`${database}\`.${names[table]}_local`) }
}

function checkName(what: string, name: string): void {
  if (!pattern.test(name)) throw new RangeError(`[treadlight clickhouse] ${what} ${JSON.stringify(name)} must match ${pattern.source}`)
}
