import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Confirm } from '../confirm.tsx'
import { DataTable } from '../dataTable.tsx'
import { formatExact } from '../format.ts'
import { Notice } from '../notice.tsx'
import { destinationsWords as said } from './destinationsWords.ts'

interface Destination {
  name: string
  waiting: number
  sent: number
  retries: number
  failing?: { since: string; reason: string }
  dead_letters: { count: number; newest: { id: string; url: string; reason: string; given_up: string }[] }
}

interface Task {
  name: string
  action: 'retry' | 'discard'
}

/** Other systems that have the hits too, and what they would not take. */
export function DestinationsSection({ client }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [task, setTask] = useState<Task>()
  const { value, error, retry } = useAnswer('destinations', changes, (signal) => client.get<{ destinations: Destination[] }>('api/destinations', {}, signal))

  async function act({ name, action }: Task, dryRun: boolean): Promise<string> {
    const { sentence } = await client.post<{ sentence: string }>(`api/destinations/${encodeURIComponent(name)}/${action}`, { dry_run: dryRun })
    if (!dryRun) setChanges((count) => count + 1)
    return sentence
  }

  return (
    <>
      <p class="hint">{said.explain}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && <States destinations={value.destinations} />}
      {value?.destinations.filter((each) => each.dead_letters.count > 0).map((each) => <DeadLetters key={each.name} destination={each} onTask={setTask} />)}
      {task && (
        <Confirm
          title={task.action === 'retry' ? said.retryNamed(task.name) : said.discardNamed(task.name)}
          action={said[task.action]}
          describe={() => act(task, true)}
          onConfirm={() => act(task, false)}
          onClose={() => setTask(undefined)}
        />
      )}
    </>
  )
}

function States({ destinations }: { destinations: readonly Destination[] }) {
  return (
    <DataTable
      caption={said.caption}
      empty={said.empty}
      rows={destinations}
      keyOf={({ name }) => name}
      columns={[
        { name: said.name, cell: ({ name }) => name },
        { name: said.state, cell: ({ failing }) => (failing ? <bdi class="problem">{said.fails(minute(failing.since), failing.reason)}</bdi> : said.works) },
        { name: said.sent, cell: ({ sent }) => formatExact(sent), isNumber: true },
        { name: said.waiting, cell: ({ waiting }) => formatExact(waiting), isNumber: true },
        { name: said.retries, cell: ({ retries }) => formatExact(retries), isNumber: true, isExtra: true },
        { name: said.dead, cell: ({ dead_letters: { count } }) => formatExact(count), isNumber: true },
      ]}
    />
  )
}

function DeadLetters({ destination: { name, dead_letters: dead }, onTask }: { destination: Destination; onTask: (task: Task) => void }) {
  return (
    <>
      <h3>{said.deadOf(name, dead.count)}</h3>
      <p class="hint">{said.deadExplain}</p>
      <div class="said-row">
        <button type="button" class="button" aria-label={said.retryNamed(name)} onClick={() => onTask({ name, action: 'retry' })}>
          {said.retry}
        </button>
        <button type="button" class="button" aria-label={said.discardNamed(name)} onClick={() => onTask({ name, action: 'discard' })}>
          {said.discard}
        </button>
      </div>
      <DataTable
        caption={said.deadOf(name, dead.count)}
        empty=""
        rows={dead.newest}
        keyOf={({ id, given_up: time }) => `${id} ${time}`}
        columns={[
          { name: said.page, cell: ({ url }) => <bdi>{url}</bdi> },
          { name: said.reason, cell: ({ reason }) => <bdi>{reason}</bdi> },
          { name: said.when, cell: ({ given_up: time }) => minute(time), isExtra: true },
        ]}
      />
    </>
  )
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
