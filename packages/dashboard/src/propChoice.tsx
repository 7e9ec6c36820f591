import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { useAnswer } from './answer.ts'
import type { Filter } from './filter.ts'
import { isProp, type Tab, tabName } from './panels.ts'
import { useScope } from './scope.ts'
import { text } from './text.ts'

interface PropChoiceProps {
  open: Tab
  onChoose: (tab: Tab) => void
  filters: readonly Filter[]
}

/** Which prop to list the values of: those that events of the period carry, of the one event if one is filtered by. */
export function PropChoice({ open, onChoose, filters }: PropChoiceProps): VNode | null {
  const { client, base, revision } = useScope()
  const name = nameIn(filters)
  const key = JSON.stringify([base.site_id, base.date_range, name])
  const { value: keys = [], isStale } = useAnswer(key, revision, (signal) => client.propKeys(base, name, signal))
  const first = isStale || isProp(open) ? undefined : keys[0]
  useEffect(() => {
    if (first !== undefined) onChoose(`event:props:${first}`)
  }, [first])

  // One that a link asks for may be too rare to be among them.
  const offered = isProp(open) && !keys.includes(tabName(open)) ? [tabName(open), ...keys] : keys
  if (offered.length === 0) return null
  return (
    <select
      class="select is-small"
      aria-label={text.chooseOf.props}
      value={isProp(open) ? tabName(open) : offered[0]!}
      onChange={(event) => onChoose(`event:props:${event.currentTarget.value}`)}
    >
      {offered.map((prop) => (
        <option key={prop} value={prop}>
          {prop.slice(0, 60)}
        </option>
      ))}
    </select>
  )
}

function nameIn(filters: readonly Filter[]): string | undefined {
  const one = filters.find(([operator, dimension, values]) => operator === 'is' && dimension === 'event:name' && values.length === 1)
  return one?.[2][0]
}
