import { bytes } from './bytes.ts'
import { ingest } from './ingest.ts'
import { compareQuestions } from './query.ts'
import type { BenchOptions, Figure } from './run.ts'

/** Enough that counting takes longer than asking, and few enough to be made in a minute. */
const defaultHits = 300_000

/** What others are compared with, all in one run: rates, answers, bytes. */
export async function table({ hits = defaultHits, ...options }: BenchOptions): Promise<Figure[]> {
  const figures = [...(await ingest({ ...options, quick: true })), ...(await compareQuestions({ ...options, hits })), ...(await bytes(options))]
  return figures.filter(({ against }) => against !== undefined)
}
