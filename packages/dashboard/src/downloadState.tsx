import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Client, ExportJob } from './api.ts'
import { formatBytes, formatExact } from './format.ts'
import { text } from './text.ts'

/** How often it is asked, ms. */
const interval = 1000
/** After so many questions without an answer it has not begun. */
const patience = 8

const words = text.exports

/** How far a download is, as the collector says: whatever the browser shows of it, the page cannot see. */
export function DownloadState({ client, id }: { client: Client; id: string }): VNode {
  const { job, state } = useJob(client, id)
  return (
    <div class="export-state">
      {/* A number that is read aloud every second is no help: only another state is said. */}
      <p role="status" class={state === 'failed' || state === 'missing' || state === 'incomplete' ? 'is-trouble' : undefined}>
        {words.states[state]}
      </p>
      {job && <p class="hint">{countsOf(job)}</p>}
      {job?.state === 'running' && job.of !== null && <progress aria-label={words.progress} max={Math.max(job.of, job.rows, 1)} value={job.rows} />}
    </div>
  )
}

function countsOf({ rows, of, bytes, state }: ExportJob): string {
  if (of === null || rows >= of || state !== 'running') return words.counts(formatExact(rows), formatBytes(bytes))
  return words.countsOf(formatExact(rows), formatExact(of), formatBytes(bytes))
}

/** Asks until it has ended, or should have begun. */
function useJob(client: Client, id: string): { job: ExportJob | undefined; state: keyof typeof words.states } {
  const [job, setJob] = useState<ExportJob>()
  const [asked, setAsked] = useState(0)
  const isOver = job === undefined ? asked >= patience : job.state !== 'running'

  useEffect(() => {
    if (isOver) return
    const controller = new AbortController()
    const ask = () =>
      client.exports(controller.signal).then(
        (jobs) => {
          setJob((old) => jobs.find((each) => each.id === id) ?? old)
          setAsked(asked + 1)
        },
        // Without an answer there is nothing new; the header tells of the trouble.
        () => controller.signal.aborted || setAsked(asked + 1),
      )
    const timer = setTimeout(ask, asked === 0 ? interval / 4 : interval)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [asked, isOver])

  return { job, state: job?.state ?? (isOver ? 'missing' : 'waiting') }
}
