import type { VNode } from 'preact'
import type { Days } from './period.ts'
import { text } from './text.ts'

/** A first and a last day; in whichever order they are given. */
export function DaysForm({ days, onChoose }: { days: Days | undefined; onChoose: (days: Days) => void }): VNode {
  function submit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const [from = '', to = ''] = [String(data.get('from')), String(data.get('to'))].sort()
    onChoose([from, to])
  }

  return (
    <form key={String(days)} class="days" onSubmit={submit}>
      <input type="date" name="from" aria-label={text.from} required defaultValue={days?.[0]} />
      <span aria-hidden="true">–</span>
      <input type="date" name="to" aria-label={text.to} required defaultValue={days?.[1]} />
      <button type="submit" class="button">
        {text.apply}
      </button>
    </form>
  )
}
