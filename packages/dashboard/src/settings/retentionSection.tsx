import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Confirm } from '../confirm.tsx'
import { Notice } from '../notice.tsx'
import { retentionWords as said } from './retentionWords.ts'
import { TextForm } from './textForm.tsx'

interface Retention {
  timezone: string
  /** Days. */
  anonymous: number
  authenticated: number
  /** Hits. */
  newest?: number
  /** A moment a day ago, by the site's clock. */
  before: string
}

type Pruned = Parameters<typeof said.says>[0]

/** How long what is kept, and the form that deletes what is older than a moment (PT15). */
export function RetentionSection({ client, site: { id } }: AdminPageProps): VNode {
  const [isPruning, setPruning] = useState(false)
  const [purged, setPurged] = useState<string>()
  const { value, error, retry } = useAnswer(`retention ${id}`, 0, (signal) => client.get<Retention>('api/retention', { site_id: id }, signal))
  const prune = async (dryRun: boolean) => said.says(await client.post<Pruned>(`api/tasks/prune?dryRun=${dryRun ? 1 : 0}`, {}), !dryRun)
  const purge = async (before: string, dryRun: boolean) => said.says(await client.post<Pruned>('api/prune', { site_id: id, before, dry_run: dryRun }), !dryRun)

  /** What is wrong with it is to be seen at the form, not behind it. */
  async function open(before: string): Promise<void> {
    await purge(before, true)
    setPurged(before)
  }

  if (error) return <Notice error={error} onRetry={retry} />
  if (!value) return <p class="empty" role="status" />
  return (
    <>
      <p>
        {said.keeps(value.anonymous, value.authenticated)} {value.newest !== undefined && said.newest(value.newest)}
      </p>
      <p class="hint">{said.byItself}</p>
      <p>
        <button type="button" class="button" onClick={() => setPruning(true)}>
          {said.now}
        </button>
      </p>
      <h3>{said.purge}</h3>
      <p class="hint">{said.purgeExplain}</p>
      <TextForm label={said.before} hint={said.beforeHint(value.timezone)} start={value.before} action={said.count} keeps onSend={open} />
      {isPruning && <Confirm title={said.nowTitle} action={said.delete} describe={() => prune(true)} onConfirm={() => prune(false)} onClose={() => setPruning(false)} />}
      {purged !== undefined && (
        <Confirm title={said.purgeTitle(purged)} action={said.delete} describe={() => purge(purged, true)} onConfirm={() => purge(purged, false)} onClose={() => setPurged(undefined)} />
      )}
    </>
  )
}
