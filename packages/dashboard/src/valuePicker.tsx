import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import { type Dimension, nameOf, type Operator } from './filter.ts'
import { meantBy } from './meantBy.ts'
import { useSuggestions } from './suggestions.ts'
import { text } from './text.ts'

interface ValuePickerProps {
  dimension: Dimension
  operator: Operator
  values: readonly string[]
  onChange: (values: readonly string[]) => void
  /** What is in the field and not added yet. */
  typed: string
  onType: (typed: string) => void
}

const words = text.filterDialog

/** A field that offers what there is as one types, by the ARIA practices' combobox; what is chosen stands above it. */
export function ValuePicker({ dimension, operator, values, onChange, typed, onType }: ValuePickerProps): VNode {
  const [active, setActive] = useState(-1)
  const id = useId()
  const offered = useSuggestions(dimension, typed).filter((value) => !values.includes(value))

  function add(value: string): void {
    if (!values.includes(value)) onChange([...values, value])
    onType('')
    setActive(-1)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setActive((active + step + offered.length + 1) % (offered.length + 1))
    else if (event.key === 'Enter' && active >= 0 && active < offered.length) add(offered[active]!)
    else if (event.key === 'Enter' && typed !== '') add(isWhole(operator) ? meantBy(dimension, typed, offered) : typed)
    else if (event.key === 'Backspace' && typed === '') onChange(values.slice(0, -1))
    else return
    event.preventDefault()
  }

  return (
    <div class="values">
      <label for={`${id}-field`}>{words.values}</label>
      <ul class="chips is-inner">
        {values.map((value) => (
          <li key={value} class="chip">
            <span class="chip-text">
              <bdi>{nameOf(dimension, value)}</bdi>
            </span>
            <button
              type="button"
              class="chip-remove"
              aria-label={words.remove(nameOf(dimension, value))}
              onClick={() => onChange(values.filter((other) => other !== value))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <input
        id={`${id}-field`}
        class="field"
        type="text"
        role="combobox"
        autocomplete="off"
        autofocus
        aria-expanded={offered.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={active >= 0 && active < offered.length ? `${id}-${active}` : undefined}
        aria-describedby={`${id}-hint`}
        value={typed}
        onInput={(event) => {
          onType(event.currentTarget.value)
          setActive(-1)
        }}
        onKeyDown={onKeyDown}
      />
      <p id={`${id}-hint`} class="hint">
        {hintOf(operator)}
      </p>
      <div id={`${id}-list`} class="suggestions" role="listbox" aria-label={words.suggestions}>
        {offered.map((value, index) => (
          <div key={value} id={`${id}-${index}`} role="option" aria-selected={index === active} onClick={() => add(value)}>
            <bdi>{nameOf(dimension, value)}</bdi>
          </div>
        ))}
      </div>
    </div>
  )
}

/** Whether values are named whole. Of a part or a pattern nobody knows what else it may mean. */
export function isWhole(operator: Operator): boolean {
  return !/^(contains|matches)/.test(operator)
}

function hintOf(operator: Operator): string {
  if (operator.startsWith('matches')) return words.patternHint
  return operator.startsWith('has_') ? words.doneHint : words.hint
}
