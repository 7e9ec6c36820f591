/** What a part of the programme is told. */
export interface ProveOptions {
  runs: number
  seed: number
  /** Called after each run. */
  progress: (done: number, result: ProveResult) => void
  /** Called with what only people read. */
  say?: ((line: string) => void) | undefined
  /** Leaves out all but these; each proof knows its own. */
  only?: { engine?: string | undefined; case?: string | undefined }
  /** Ctrl-C: what is under way is finished and judged, nothing further is begun. @default nobody ends it early */
  signal?: AbortSignal | undefined
  /** Processes at a time, where a part can use several. @default one for each core */
  jobs?: number | undefined
}

/** What a part has found. Any of the four counts above 0 is a failure. */
export interface ProveResult {
  runs: number
  /** How many of these runs were added to those that were asked for, by what they are. */
  added?: Record<string, number>
  /** Acknowledged hits that are not there. */
  lost: number
  /** Hits that are counted more than once. */
  twice: number
  /** Answers that no sender should see: neither stored, refused nor "try again". */
  serverErrors: number
  pageErrors: number
  seed: number
  /** Acknowledged hits that all of this was tried on. */
  hits: number
  /** What was measured beside it, by its name with the unit: `answer p99, ms`. */
  figures?: Record<string, number>
}

/** A part of the programme, as `npm run prove -- NAME` has it. */
export interface Proof {
  summary: string
  /** What one run is, in the plural. */
  unit: string
  /** Runs where nobody says how many. */
  runs: number
  /** Runs of the whole programme, `npm run prove` without a name. */
  small: number
  /** What is run beside that, however many are asked for. */
  adds?: string
  /** What stays open however often it is run, for the page that publishes it. */
  leaves: string
  prove: (options: ProveOptions) => Promise<ProveResult>
}

/** A result of nothing yet. */
export function emptyResult(seed: number): ProveResult {
  return { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0 }
}

/** How many failures there are in it, of whatever kind. */
export function failuresIn({ lost, twice, serverErrors, pageErrors }: Pick<ProveResult, 'lost' | 'twice' | 'serverErrors' | 'pageErrors'>): number {
  return lost + twice + serverErrors + pageErrors
}

/**
 * Above what rate failures are not, with 95 % confidence, after so many runs without one: the rule of three, 3/n.
 * (1 - p)^n = 0.05 where p is ln 20 / n, and ln 20 is 2.996.
 */
export function boundOf(runs: number): number {
  return Math.min(1, 3 / runs)
}
