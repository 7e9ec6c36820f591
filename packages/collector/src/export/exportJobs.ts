import { randomBytes } from 'node:crypto'
import type { ExportFormat } from './formats.ts'

/** An export that somebody downloads, and how far it is. */
export interface ExportJob {
  /** As who asked for it has named it, or random. */
  id: string
  format: ExportFormat
  /** Handed over so far. */
  rows: number
  bytes: number
  /** How many rows there are, about; null where that is not known. */
  of: number | null
  /** `incomplete`: it is whole but for what is damaged in the storage; `stopped`: whoever took it went away. */
  state: 'running' | 'done' | 'incomplete' | 'failed' | 'stopped'
}

/** The downloads of this process. */
export interface ExportJobs {
  /** Undefined where as many as may be are running. */
  begin(job: Pick<ExportJob, 'format' | 'of'> & { id: string | undefined }): ExportJob | undefined
  /** The newest first: those that run, and the last that have ended. */
  list(): ExportJob[]
}

/** At once: each holds a day of the storage in memory and takes a share of one core. */
const mostRunning = 4
/** Of those that have ended. */
const mostEnded = 20

export function createExportJobs(): ExportJobs {
  let jobs: ExportJob[] = []
  return {
    begin({ id = randomBytes(8).toString('hex'), format, of }) {
      const [running, ended] = [true, false].map((wanted) => jobs.filter(({ state }) => (state === 'running') === wanted))
      if (running!.length >= mostRunning) return undefined
      const job: ExportJob = { id, format, rows: 0, bytes: 0, of, state: 'running' }
      jobs = [job, ...running!, ...ended!.slice(0, mostEnded - 1)]
      return job
    },
    // Copies: a job goes on changing.
    list: () => structuredClone(jobs),
  }
}
