import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { CopyCode } from '../copyCode.tsx'
import { Notice } from '../notice.tsx'
import { siteClock } from '../period.ts'
import { text } from '../text.ts'
import { useVitals } from './useVitals.ts'
import { VitalCard } from './vitalCard.tsx'
import { formatCount, isVitalName, type VitalName, vitalNames } from './vitals.ts'
import { VitalsTable } from './vitalsTable.tsx'
import { VitalTrend } from './vitalTrend.tsx'
import { words } from './words.ts'

/** How quick pages were for those who came: each metric in all, one of them by day, all by page, device and country. */
export function VitalsPage({ base, navigation, site }: AdminPageProps): VNode {
  const { more } = navigation.view
  const { value, error, isStale, retry } = useVitals('time:day')
  if (error) return <Notice error={error} onRetry={retry} />
  if (!value) return <p class="empty" role="status" aria-label={text.loading} />
  const measured = vitalNames.filter((name) => value.metrics[name].measured > 0)
  if (measured.length === 0) return <NoVitals base={base} />
  const chosen = isVitalName(more['metric_of']) ? more['metric_of'] : measured[0]!
  const choose = (name: VitalName) => navigation.turn({ more: { ...more, metric_of: name } })

  return (
    <div class={isStale ? 'vitals is-stale' : 'vitals'}>
      <section class="sheet admin-sheet" aria-labelledby="vitals-title">
        <h2 id="vitals-title">{words.title}</h2>
        <p class="hint">{words.explain}</p>
        <div class="vital-cards" role="group" aria-label={words.title}>
          {vitalNames.map((name) => (
            <VitalCard key={name} name={name} vital={value.metrics[name]} isChosen={name === chosen} onChoose={() => choose(name)} />
          ))}
        </div>
        <VitalTrend name={chosen} answer={value} clock={siteClock(Date.now(), site.timezone)} />
        {value.left_out > 0 && <p class="hint">{words.leftOut(formatCount(value.left_out))}</p>}
      </section>
      <VitalsTable navigation={navigation} />
    </div>
  )
}

/** Nothing comes by itself: what to do. */
function NoVitals({ base }: { base: string }) {
  return (
    <section class="sheet admin-sheet" aria-labelledby="vitals-title">
      <h2 id="vitals-title">{words.title}</h2>
      <p>{words.empty}</p>
      <p class="hint">{words.how}</p>
      <CopyCode code={words.code(`${base}hit`)} />
      <p class="hint">{words.umami}</p>
    </section>
  )
}
