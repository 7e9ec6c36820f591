import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import type { NewGoal } from './api.ts'
import { useQuery } from './scope.ts'
import { text } from './text.ts'

const kinds = ['event', 'page'] as const

/** Names an event or a page as a goal. `onAdd` says whether that went well. */
export function GoalForm({ onAdd }: { onAdd: (goal: NewGoal) => Promise<boolean> }): VNode {
  const [kind, setKind] = useState<(typeof kinds)[number]>('event')
  const [value, setValue] = useState('')
  const [name, setName] = useState('')
  const suggestions = useId()

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    const goal = kind === 'event' ? { event: value } : { page: value }
    if (!(await onAdd(name.trim() === '' ? goal : { ...goal, name: name.trim() }))) return
    setValue('')
    setName('')
  }

  return (
    <form class="goal-form" onSubmit={submit}>
      <label>
        {text.goals.kind}
        <select class="select" value={kind} onChange={(event) => setKind(event.currentTarget.value as 'event' | 'page')}>
          {kinds.map((each) => (
            <option key={each} value={each}>
              {text.goals[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {kind === 'event' ? text.goals.eventName : text.goals.pagePath}
        <input
          autofocus
          required
          class="field"
          list={suggestions}
          placeholder={kind === 'event' ? 'signup' : '/thanks/*'}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      <label>
        {text.goals.name}
        <input
          class="field"
          placeholder={value === '' ? '' : kind === 'event' ? value : text.goals.visit(value)}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button is-primary">
        {text.goals.add}
      </button>
      <Suggestions id={suggestions} kind={kind} />
    </form>
  )
}

/** What visitors have done of late. */
function Suggestions({ id, kind }: { id: string; kind: (typeof kinds)[number] }) {
  const dimension = kind === 'event' ? 'event:name' : 'event:page'
  const { value } = useQuery({ metrics: ['visitors'], dimensions: [dimension], pagination: { limit: 30 } })
  return (
    <datalist id={id}>
      {value?.results.map(({ dimensions: [name = ''] }) => name !== 'pageview' && <option key={name} value={name} />)}
    </datalist>
  )
}
