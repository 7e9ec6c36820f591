import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { DataTable } from '../dataTable.tsx'
import { Facts } from './facts.tsx'
import { formatBytes, formatExact } from '../format.ts'
import { Notice } from '../notice.tsx'
import { storageWords as said } from './storageWords.ts'

type Done = Record<string, number>

interface Storage {
  durability: keyof typeof said.durabilities
  place?: string
  promise?: string
  sites: { site_id: string; hits_about?: number; waiting?: number; oldest?: string; newest?: string }[]
  values: { kind: string; values: number; bytes?: number }[]
  problems: { level: 'ok' | 'warning' | 'problem'; detail: string; remedy: string }[]
  /** ISO times by task. */
  failing: Record<string, string>
  erasures: { all: number; unfinished: number }
  upkeep?: { at: string } & Record<string, unknown>
}

/** How it stands with what is stored. */
export function StorageSection({ client }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [told, setTold] = useState<{ text: string; isProblem?: boolean }>()
  const { value, error, retry } = useAnswer('storage', changes, (signal) => client.get<Storage>('api/storage', {}, signal))

  async function maintain(): Promise<void> {
    setTold({ text: said.running })
    try {
      setTold({ text: said.ran(await client.post<Done>('api/tasks/maintain', {})) })
      setChanges((count) => count + 1)
    } catch (failure) {
      setTold({ text: (failure as Error).message, isProblem: true })
    }
  }

  return (
    <>
      {error && <Notice error={error} onRetry={retry} />}
      {value && <Health storage={value} />}
      <div class="said-row">
        <button type="button" class="button" disabled={told?.text === said.running} onClick={() => void maintain()}>
          {said.run}
        </button>
        <p role="status" class={told?.isProblem ? 'problem' : 'told'}>
          {told?.text}
        </p>
      </div>
      {value && <Contents storage={value} />}
    </>
  )
}

function Health({ storage: { durability, place, promise, failing, erasures, upkeep } }: { storage: Storage }) {
  const failures = Object.entries(failing).map(([task, since]) => said.failsSince(said.failures[task] ?? task, minute(since)))
  return (
    <Facts
      facts={[
        ...(place === undefined ? [] : [[said.place, place] as const]),
        [said.promise, promise ?? said.durabilities[durability]],
        [said.failing, failures.length === 0 ? said.nothingFails : failures.join('; ')],
        [said.erasures, said.erased(erasures.all, erasures.unfinished)],
        [said.upkeep, upkeep === undefined ? said.noUpkeep : said.upkeepSays(minute(upkeep.at), doneOf(upkeep))],
      ]}
    />
  )
}

function Contents({ storage: { sites, problems, values } }: { storage: Storage }) {
  return (
    <>
      <h3>{said.sites}</h3>
      <DataTable
        caption={said.sites}
        empty={said.sitesEmpty}
        rows={sites}
        keyOf={({ site_id: id }) => id}
        columns={[
          { name: said.site, cell: ({ site_id: id }) => id },
          { name: said.hits, cell: ({ hits_about: hits }) => exact(hits), isNumber: true },
          { name: said.waiting, cell: ({ waiting }) => exact(waiting), isNumber: true },
          { name: said.oldest, cell: ({ oldest }) => oldest?.slice(0, 10), isExtra: true },
          { name: said.newest, cell: ({ newest }) => newest?.slice(0, 10), isExtra: true },
        ]}
      />
      <h3>{said.problems}</h3>
      <DataTable
        caption={said.problems}
        empty={said.problemsEmpty}
        rows={problems.filter(({ level }) => level !== 'ok')}
        keyOf={({ detail }) => detail}
        columns={[
          { name: said.problem, cell: ({ detail }) => detail },
          { name: said.remedy, cell: ({ remedy }) => remedy },
        ]}
      />
      <h3>{said.values}</h3>
      <DataTable
        caption={said.values}
        empty={said.valuesEmpty}
        rows={values}
        keyOf={({ kind }) => kind}
        columns={[
          { name: said.kind, cell: ({ kind }) => kind },
          { name: said.count, cell: ({ values: count }) => formatExact(count), isNumber: true },
          { name: said.bytes, cell: ({ bytes }) => (bytes === undefined ? '' : formatBytes(bytes)), isNumber: true },
        ]}
      />
    </>
  )
}

function exact(count: number | undefined): string {
  return count === undefined ? '' : formatExact(count)
}

function doneOf(upkeep: Record<string, unknown>): Done {
  return Object.fromEntries(Object.entries(upkeep).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
