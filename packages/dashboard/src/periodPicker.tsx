import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Navigation } from './navigation.ts'
import { addDays, dateRange, isPeriodName, periodNames } from './period.ts'
import { text } from './text.ts'

interface PeriodPickerProps {
  navigation: Navigation
  /** The site's day. */
  today: string
}

/** Named periods, and two dates for any other. */
export function PeriodPicker({ navigation, today }: PeriodPickerProps): VNode {
  const { period } = navigation.view
  const [isChoosing, setChoosing] = useState(false)
  const isCustom = isChoosing || typeof period !== 'string'

  function choose(value: string): void {
    setChoosing(value === 'custom')
    if (isPeriodName(value)) navigation.go({ period: value })
  }

  return (
    <>
      <select
        class="select period"
        aria-label={text.period}
        value={isCustom ? 'custom' : period}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {[...periodNames, 'custom' as const].map((name) => (
          <option key={name} value={name}>
            {text.periods[name]}
          </option>
        ))}
      </select>
      {isCustom && <Days navigation={navigation} today={today} onDone={() => setChoosing(false)} />}
    </>
  )
}

function Days({ navigation, today, onDone }: PeriodPickerProps & { onDone: () => void }) {
  const range = dateRange(navigation.view.period, today)
  const [from, to] = typeof range === 'string' ? [addDays(today, -29), today] : range

  function submit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const days = [String(data.get('from')), String(data.get('to'))].sort()
    navigation.go({ period: [days[0]!, days[1]!] })
    onDone()
  }

  return (
    <form class="days" onSubmit={submit}>
      <input type="date" name="from" aria-label={text.from} required max={today} defaultValue={from} />
      <span aria-hidden="true">–</span>
      <input type="date" name="to" aria-label={text.to} required max={today} defaultValue={to} />
      <button type="submit" class="button">
        {text.apply}
      </button>
    </form>
  )
}
