import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { DataTable } from '../dataTable.tsx'
import { formatExact } from '../format.ts'
import { Notice } from '../notice.tsx'
import { dropsWords as said } from './dropsWords.ts'

type Counts = Record<string, number>

interface Sample {
  time: string
  host: string
  path: string
  userAgent: string
}

interface Drops {
  days: { day: string; reasons: Counts }[]
  refused: Counts
  samples: Record<string, Sample[]>
  meanings: Record<string, { means: string; remedy: string }>
  /** By day and field. */
  capped: Record<string, Counts>
}

/** What was not stored, by reason and day, and what to do about it. */
export function DropsSection({ client, site: { id } }: AdminPageProps): VNode {
  const { value, error, retry } = useAnswer(`drops ${id}`, 0, (signal) => client.get<Drops>('api/drops', { site_id: id, days: 30 }, signal))
  return (
    <>
      <p class="hint">{said.explain}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && (
        <>
          <Reasons drops={value} />
          <h3>{said.byDay}</h3>
          <Days days={value.days} />
          <h3>{said.refused}</h3>
          <Pairs caption={said.refused} empty={said.refusedEmpty} name={said.field} count={said.hits} rows={ordered(value.refused)} />
          <h3>{said.samples}</h3>
          <Samples samples={value.samples} />
          <h3>{said.capped}</h3>
          <Pairs caption={said.capped} empty={said.cappedEmpty} name={said.fieldName} count={said.values} rows={cappedRows(value.capped)} />
        </>
      )}
    </>
  )
}

function Reasons({ drops: { days, meanings } }: { drops: Drops }) {
  const rows = ordered(sum(days.map(({ reasons }) => reasons)))
  const most = Math.max(1, ...rows.map(([, hits]) => hits))
  return (
    <DataTable
      caption={said.caption}
      empty={said.empty}
      rows={rows}
      keyOf={([reason]) => reason}
      columns={[
        { name: said.reason, cell: ([reason]) => reason },
        { name: said.hits, cell: ([, hits]) => <Share hits={hits} most={most} />, isNumber: true },
        { name: said.means, cell: ([reason]) => <Meaning {...(meanings[reason] ?? { means: '', remedy: '' })} /> },
      ]}
    />
  )
}

function Share({ hits, most }: { hits: number; most: number }) {
  return (
    <>
      {formatExact(hits)}
      <progress class="share" aria-hidden="true" max={most} value={hits} />
    </>
  )
}

function Meaning({ means, remedy }: { means: string; remedy: string }) {
  return (
    <>
      {means}
      {remedy !== '' && <span class="hint block">{remedy}</span>}
    </>
  )
}

function Days({ days }: { days: Drops['days'] }) {
  return (
    <DataTable
      caption={said.byDay}
      empty={said.empty}
      rows={days.toReversed()}
      keyOf={({ day }) => day}
      columns={[
        { name: said.day, cell: ({ day }) => day },
        { name: said.total, cell: ({ reasons }) => formatExact(Object.values(reasons).reduce((total, hits) => total + hits, 0)), isNumber: true },
        { name: said.reasons, cell: ({ reasons }) => said.sum(ordered(reasons).map(([reason, hits]) => `${formatExact(hits)} ${reason}`)) },
      ]}
    />
  )
}

function Pairs({ caption, empty, name, count, rows }: { caption: string; empty: string; name: string; count: string; rows: readonly (readonly [string, number])[] }) {
  return (
    <DataTable
      caption={caption}
      empty={empty}
      rows={rows}
      keyOf={([key]) => key}
      columns={[
        { name, cell: ([key]) => <bdi>{key}</bdi> },
        { name: count, cell: ([, times]) => formatExact(times), isNumber: true },
      ]}
    />
  )
}

function Samples({ samples }: { samples: Drops['samples'] }) {
  const rows = Object.entries(samples).flatMap(([reason, list]) => list.map((sample, index) => ({ reason, index, ...sample })))
  return (
    <DataTable
      caption={said.samples}
      empty={said.samplesEmpty}
      rows={rows}
      keyOf={({ reason, index }) => `${reason} ${index}`}
      columns={[
        { name: said.page, cell: ({ host, path }) => <bdi>{host + path}</bdi> },
        { name: said.reason, cell: ({ reason }) => reason },
        { name: said.when, cell: ({ time }) => time.slice(0, 16).replace('T', ' ') },
        { name: said.agent, cell: ({ userAgent }) => <bdi>{userAgent}</bdi>, isExtra: true },
      ]}
    />
  )
}

function cappedRows(capped: Drops['capped']): [string, number][] {
  return Object.entries(capped).flatMap(([day, fields]) => ordered(fields).map(([field, values]): [string, number] => [`${field}, ${day}`, values]))
}

function sum(all: readonly Counts[]): Counts {
  const total: Counts = {}
  for (const counts of all) for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count
  return total
}

/** The largest first. */
function ordered(counts: Counts): [string, number][] {
  return Object.entries(counts).toSorted(([, a], [, b]) => b - a)
}
