import type { VNode } from 'preact'
import { DataTable } from '../dataTable.tsx'
import { nameOf } from '../filter.ts'
import type { Navigation } from '../navigation.ts'
import { Notice } from '../notice.tsx'
import { useVitals } from './useVitals.ts'
import { type Breakdown, breakdowns, fewReports, formatCount, formatVital, type Vital, type VitalName, vitalNames } from './vitals.ts'
import { words } from './words.ts'

/** The metrics by page, device or country, those with the most reports first. */
export function VitalsTable({ navigation }: { navigation: Navigation }): VNode {
  const { more } = navigation.view
  const by = breakdowns.find((name) => name === more['by']) ?? breakdowns[0]
  const { value, error, isStale, retry } = useVitals(by)
  const rows = value?.rows ?? []
  return (
    <section class={isStale ? 'sheet admin-sheet is-stale' : 'sheet admin-sheet'} aria-labelledby="vitals-by">
      <div class="panel-header">
        <h2 id="vitals-by">{words.tabs[by]}</h2>
        <div class="tabs" role="group" aria-label={words.by}>
          {breakdowns.map((name) => (
            <button key={name} type="button" class="tab" aria-pressed={name === by} onClick={() => navigation.turn({ more: { ...more, by: name } })}>
              {words.tabs[name]}
            </button>
          ))}
        </div>
      </div>
      {error && <Notice error={error} onRetry={retry} />}
      {value && <DataTable caption={`${words.title}: ${words.tabs[by]}`} empty={words.empty} rows={rows} keyOf={(row) => row.value} columns={columnsOf(by)} />}
      <p class="hint">
        {words.few(formatCount(fewReports))} {value && rows.length < (value.total_rows ?? 0) ? `${words.rowsOf(formatCount(rows.length), formatCount(value.total_rows ?? 0))}.` : ''}
      </p>
    </section>
  )
}

function columnsOf(by: Breakdown) {
  type Row = { value: string; measured: number; metrics: Record<VitalName, Vital> }
  return [
    { name: words.heads[by], cell: ({ value }: Row) => <bdi>{nameOf(by, value)}</bdi> },
    { name: words.count, cell: ({ measured }: Row) => formatCount(measured), isNumber: true },
    ...vitalNames.map((name) => ({ name, cell: ({ metrics }: Row) => <Percentile name={name} vital={metrics[name]} />, isNumber: true, isExtra: name === 'FCP' || name === 'TTFB' })),
  ]
}

function Percentile({ name, vital }: { name: VitalName; vital: Vital }) {
  if (vital.p75 === null || vital.rating === null) return <>–</>
  const isFew = vital.measured < fewReports
  return (
    <span class={isFew ? 'quiet' : `vital-cell is-${vital.rating}`} title={`${words.ratings[vital.rating]}, ${words.measured(formatCount(vital.measured))}`}>
      {formatVital(name, vital.p75)} <small class="quiet">({formatCount(vital.measured)})</small>
    </span>
  )
}
