import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { DaysForm } from './daysForm.tsx'
import type { Navigation } from './navigation.ts'
import { type Days, type Period, periodGroups, readPeriod, stepPeriod } from './period.ts'
import { text } from './text.ts'

interface PeriodPickerProps {
  navigation: Navigation
  /** The site's day. */
  today: string
  /** What the period stands for; undefined until that is known. */
  days: Days | undefined
}

/** Named periods, two dates for any other, and steps back and forth. */
export function PeriodPicker({ navigation, today, days }: PeriodPickerProps): VNode {
  const { period } = navigation.view
  const [isChoosing, setChoosing] = useState(false)
  const isCustom = isChoosing || typeof period !== 'string'
  // A key, a step or the back button has chosen meanwhile.
  useEffect(() => setChoosing(false), [String(period)])

  function choose(value: string): void {
    setChoosing(value === 'custom')
    const named = readPeriod(value)
    if (named) navigation.go({ period: named, interval: 'auto' })
  }

  function chooseDays(chosen: Days): void {
    setChoosing(false)
    navigation.go({ period: chosen, interval: 'auto' })
  }

  return (
    <div class="period" role="group" aria-label={text.period}>
      <select
        class="select"
        aria-label={text.period}
        value={isCustom ? 'custom' : period}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {Object.entries(periodGroups).map(([group, names]) => (
          <optgroup key={group} label={text.periodGroups[group as keyof typeof periodGroups]}>
            {names.map((name) => (
              <option key={name} value={name}>
                {text.periods[name]}
              </option>
            ))}
          </optgroup>
        ))}
        <option value="custom">{text.periods.custom}</option>
      </select>
      {isCustom && <DaysForm days={typeof period === 'string' ? days : period} onChoose={chooseDays} />}
      <Step navigation={navigation} today={today} days={days} by={-1} />
      <Step navigation={navigation} today={today} days={days} by={1} />
    </div>
  )
}

/** Nothing comes after a period that reaches today, and nothing before all time. */
function Step({ navigation, today, days, by }: PeriodPickerProps & { by: 1 | -1 }) {
  const { period } = navigation.view
  const isPossible = days !== undefined && period !== 'all' && (by < 0 || days[1] < today)
  const step = (): Period => stepPeriod(period, days!, by, today)
  return (
    <button
      type="button"
      class="button step"
      aria-label={by < 0 ? text.periodBefore : text.periodAfter}
      disabled={!isPossible}
      onClick={() => navigation.go({ period: step(), interval: 'auto' })}
    >
      {by < 0 ? '‹' : '›'}
    </button>
  )
}
