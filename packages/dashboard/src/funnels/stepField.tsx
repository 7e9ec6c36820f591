import type { ComponentChildren, VNode } from 'preact'
import { useId } from 'preact/hooks'
import type { Dimension } from '../filter.ts'
import { useQuery } from '../scope.ts'
import { stepKinds, type Step } from './step.ts'
import { words } from './words.ts'

interface StepFieldProps {
  /** What is typed is, and what its kind is, for who cannot see it. */
  label: string
  kindLabel: string
  step: Step
  onChange: (step: Step) => void
  isRequired?: boolean
  /** Behind the two. */
  children?: ComponentChildren
}

const dimensions: Readonly<Record<Step['kind'], Dimension>> = { page: 'event:page', event: 'event:name', goal: 'event:goal' }

/** One step: its kind, and which one of it, with what visitors have done of late to choose from. */
export function StepField({ label, kindLabel, step, onChange, isRequired = false, children }: StepFieldProps): VNode {
  const suggestions = useId()
  return (
    <div class="step-field">
      <select class="select" aria-label={kindLabel} value={step.kind} onChange={(event) => onChange({ ...step, kind: event.currentTarget.value as Step['kind'] })}>
        {stepKinds.map((kind) => (
          <option key={kind} value={kind}>
            {words.kinds[kind]}
          </option>
        ))}
      </select>
      <input
        class="field"
        aria-label={`${label}: ${words.valueNames[step.kind]}`}
        required={isRequired}
        list={suggestions}
        placeholder={words.examples[step.kind]}
        value={step.value}
        onInput={(event) => onChange({ ...step, value: event.currentTarget.value })}
      />
      {children}
      <Suggestions id={suggestions} kind={step.kind} />
    </div>
  )
}

function Suggestions({ id, kind }: { id: string; kind: Step['kind'] }) {
  const { value } = useQuery({ metrics: ['visitors'], dimensions: [dimensions[kind]], pagination: { limit: 30 }, include: { comparisons: undefined } })
  return (
    <datalist id={id}>
      {value?.results.map(({ dimensions: [name = ''] }) => (kind === 'event' && name === 'pageview' ? null : <option key={name} value={name} />))}
    </datalist>
  )
}
