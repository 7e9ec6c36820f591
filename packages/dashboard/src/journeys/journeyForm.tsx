import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Step } from '../funnels/step.ts'
import { StepField } from '../funnels/stepField.tsx'
import type { JourneyView } from './journeyApi.ts'
import { words } from './words.ts'

type Begin = 'begin' | 'end' | 'step'

/** Where journeys begin, and which way they go. */
export function JourneyForm({ view, onShow }: { view: JourneyView; onShow: (view: JourneyView) => void }): VNode {
  const [begin, setBegin] = useState<Begin>(beginOf(view))
  const [step, setStep] = useState<Step>(view.start ?? { kind: 'page', value: '' })
  const show = (change: Partial<JourneyView>) => onShow({ ...view, along: [], ...change })

  function choose(next: Begin): void {
    setBegin(next)
    if (next !== 'step') show({ start: undefined, direction: next === 'begin' ? 'after' : 'before' })
  }
  function submit(event: Event): void {
    event.preventDefault()
    show({ start: step, direction: view.start ? view.direction : 'after' })
  }

  return (
    <form class="journey-form" onSubmit={submit}>
      <select class="select" aria-label={words.from} value={begin} onChange={(event) => choose(event.currentTarget.value as Begin)}>
        {(['begin', 'end', 'step'] as const).map((each) => (
          <option key={each} value={each}>
            {words.begins[each]}
          </option>
        ))}
      </select>
      {begin === 'step' && (
        <StepField label={words.start} kindLabel={words.startKind} step={step} isRequired onChange={setStep}>
          <button type="submit" class="button">
            {words.show}
          </button>
        </StepField>
      )}
      {begin === 'step' && view.start && (
        <select class="select" aria-label={words.direction} value={view.direction} onChange={(event) => show({ direction: event.currentTarget.value as 'after' | 'before' })}>
          {(['after', 'before'] as const).map((each) => (
            <option key={each} value={each}>
              {words.directions[each]}
            </option>
          ))}
        </select>
      )}
      <label class="choice">
        <input type="checkbox" checked={view.hasEvents} onChange={(event) => show({ hasEvents: event.currentTarget.checked })} />
        {words.events}
      </label>
    </form>
  )
}

function beginOf({ start, direction }: JourneyView): Begin {
  if (start) return 'step'
  return direction === 'after' ? 'begin' : 'end'
}
