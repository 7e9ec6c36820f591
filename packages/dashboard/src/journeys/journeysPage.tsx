import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { formatExact, formatRange } from '../format.ts'
import { Notice } from '../notice.tsx'
import { firstWhole } from '../period.ts'
import { text } from '../text.ts'
import { useJourneys, type JourneyView } from './journeyApi.ts'
import { JourneyColumns } from './journeyColumns.tsx'
import { JourneyForm } from './journeyForm.tsx'
import { readJourneyView, writeJourneyView } from './journeyView.ts'
import { words } from './words.ts'

/** What visits of the period did, a column for each step. */
export function JourneysPage({ navigation, site }: AdminPageProps): VNode {
  const view = readJourneyView(navigation.view.more)
  const { value, error, isStale, retry } = useJourneys(view)
  const wholeFrom = firstWhole(value?.meta.pruned_before, site.timezone)
  const show = (next: JourneyView) => navigation.go({ more: writeJourneyView(next) })
  // The form keeps what is typed; a link to another beginning is another form.
  const { start, direction } = view

  return (
    <div class="journeys">
      <p class="hint">{words.explain}</p>
      <JourneyForm key={JSON.stringify([start, start ? '' : direction])} view={view} onShow={show} />
      {error && <Notice error={error} onRetry={retry} />}
      {!value && !error && <p class="empty" role="status" aria-label={text.loading} />}
      {value && (
        <>
          <p class="journey-gist" role="status">
            {value.visits > 0 && words.began(formatExact(value.started), words.visits(formatExact(value.visits)))}
          </p>
          {value.started === 0 ? (
            <p class="empty">{value.visits === 0 ? words.empty : words.nothing}</p>
          ) : (
            <div class={isStale ? 'is-stale' : undefined}>
              <JourneyColumns columns={value.columns} view={view} onChoose={(along) => show({ ...view, along })} />
            </div>
          )}
          {wholeFrom !== undefined && <p class="hint">{text.prunedBefore(formatRange([wholeFrom, wholeFrom]))}</p>}
        </>
      )}
    </div>
  )
}
