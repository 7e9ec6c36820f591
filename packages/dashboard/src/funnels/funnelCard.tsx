import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import { Confirm } from '../confirm.tsx'
import { formatExact, formatNumber, formatRange, formatRate } from '../format.ts'
import type { Navigation } from '../navigation.ts'
import { Notice } from '../notice.tsx'
import { firstWhole } from '../period.ts'
import { useScope } from '../scope.ts'
import { text } from '../text.ts'
import { useFunnel, type Funnel, type FunnelRow } from './funnelApi.ts'
import { fromApiStep, writeStep } from './step.ts'
import { words } from './words.ts'

interface FunnelCardProps {
  funnel: Funnel
  /** IANA name: the site's. */
  timezone: string
  navigation: Navigation
  /** Undefined for who may not remove it. */
  onRemoved: (() => void) | undefined
}

/** A funnel with how far visits of the period came. */
export function FunnelCard({ funnel, timezone, navigation, onRemoved }: FunnelCardProps): VNode {
  const { client, base } = useScope()
  const { value, error, isStale, retry } = useFunnel(funnel)
  const [isRemoving, setRemoving] = useState(false)
  const title = useId()
  const wholeFrom = firstWhole(value?.meta.pruned_before, timezone)

  async function remove(): Promise<string> {
    await client.remove('api/funnels', { site_id: base.site_id, id: funnel.id })
    onRemoved?.()
    return ''
  }

  return (
    <section class="sheet admin-sheet funnel" aria-labelledby={title}>
      <header class="panel-header">
        <h2 id={title}>
          <bdi>{funnel.name}</bdi>
        </h2>
        {onRemoved && (
          <button type="button" class="link" aria-label={words.removeNamed(funnel.name)} onClick={() => setRemoving(true)}>
            {words.remove}
          </button>
        )}
      </header>
      {error && <Notice error={error} onRetry={retry} />}
      {!value && !error && <p class="empty" role="status" aria-label={text.loading} />}
      {value && (
        <div class={isStale ? 'is-stale' : undefined}>
          <p class="funnel-gist">{gistOf(value.steps)}</p>
          <FunnelTable name={funnel.name} rows={value.steps} navigation={navigation} />
          {wholeFrom !== undefined && <p class="hint">{text.prunedBefore(formatRange([wholeFrom, wholeFrom]))}</p>}
        </div>
      )}
      {isRemoving && (
        <Confirm
          title={words.removeTitle}
          action={words.remove}
          describe={async () => words.removeSays(funnel.name, funnel.steps.length, words.visitors(formatExact(value?.visitors ?? 0)))}
          onConfirm={remove}
          onClose={() => setRemoving(false)}
        />
      )}
    </section>
  )
}

function gistOf(steps: readonly FunnelRow[]): string {
  const [first, last] = [steps[0], steps.at(-1)]
  if (!first || !last || first.visitors === 0) return words.nobody
  return words.gist(formatExact(last.visitors), words.visitors(formatExact(first.visitors)), formatRate(last.conversion_rate ?? 0))
}

function FunnelTable({ name, rows, navigation }: { name: string; rows: readonly FunnelRow[]; navigation: Navigation }) {
  const { columns } = words
  return (
    <table class="funnel-table">
      <caption class="visually-hidden">{words.table(name)}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.step}</th>
          <th scope="col">{columns.visitors}</th>
          <th scope="col" class="is-extra">
            {columns.visits}
          </th>
          <th scope="col">{columns.dropOff}</th>
          <th scope="col" class="is-extra">
            {columns.ofBefore}
          </th>
          <th scope="col">{columns.ofFirst}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            <th scope="row">
              <StepName row={row} number={index + 1} navigation={navigation} />
              <span class="funnel-bar">
                <span style={{ width: `${row.conversion_rate ?? 0}%` }} />
              </span>
            </th>
            <td title={formatExact(row.visitors)}>{formatNumber(row.visitors)}</td>
            <td class="is-extra">{formatNumber(row.visits)}</td>
            <td>{index === 0 ? '' : formatNumber(row.drop_off)}</td>
            <td class="is-extra">{index === 0 ? '' : rateOf(row.step_rate)}</td>
            <td>{rateOf(row.conversion_rate)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A step, and the way to what visits did behind it. */
function StepName({ row, number, navigation }: { row: FunnelRow; number: number; navigation: Navigation }) {
  const step = fromApiStep(row)
  const written = writeStep(step)
  return (
    <span class="funnel-step">
      <span class="quiet">
        {number}. {step.kind === 'page' ? '' : `${words.kinds[step.kind]} `}
      </span>
      <bdi>{step.value}</bdi>{' '}
      {written !== undefined && row.visitors > 0 && (
        <button type="button" class="link" aria-label={words.nextAfter(step.value)} onClick={() => navigation.go({ page: 'journeys', more: { start: written }, detail: '' })}>
          {words.next}
        </button>
      )}
    </span>
  )
}

function rateOf(rate: number | null): string {
  return rate === null ? '–' : formatRate(rate)
}
