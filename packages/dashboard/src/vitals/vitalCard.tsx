import type { VNode } from 'preact'
import { formatCount, formatVital, sharesOf, type Vital, type VitalName } from './vitals.ts'
import { words } from './words.ts'

interface VitalCardProps {
  name: VitalName
  vital: Vital
  /** Whether it is the one of the chart. */
  isChosen: boolean
  onChoose: () => void
}

/** One metric: its percentile and what that is worth, and how many reports were good. */
export function VitalCard({ name, vital, isChosen, onChoose }: VitalCardProps): VNode {
  const shares = sharesOf(vital)
  const [good, between, poor] = shares.map((part) => part.text)
  return (
    <button type="button" class="vital-card" aria-pressed={isChosen} title={words.meanings[name]} disabled={vital.measured === 0} onClick={onChoose}>
      <span class="vital-name">
        <b>{name}</b> <span class="quiet">{words.names[name]}</span>
      </span>
      <span class="vital-value">{vital.p75 === null ? '–' : formatVital(name, vital.p75)}</span>
      <span class={`vital-rating is-${vital.rating}`}>{vital.rating === null ? words.nothing : words.ratings[vital.rating]}</span>
      {vital.measured > 0 && (
        <>
          <span class="vital-bar" aria-hidden="true">
            {shares.map(({ rating, share }) => (
              <i key={rating} class={`is-${rating}`} style={{ width: `${share}%` }} />
            ))}
          </span>
          <span class="quiet vital-shares">{words.shares(good!, between!, poor!)}</span>
          <span class="quiet">{words.measured(formatCount(vital.measured))}</span>
        </>
      )}
    </button>
  )
}
