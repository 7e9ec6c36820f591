import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Dialog } from './dialog.tsx'
import { type Dimension, type Filter, isDimension, type Operator, replaceFilter } from './filter.ts'
import { meantBy } from './meantBy.ts'
import type { Navigation } from './navigation.ts'
import { text } from './text.ts'
import { isWhole, ValuePicker } from './valuePicker.tsx'

interface FilterDialogProps {
  navigation: Navigation
  /** The filter to change; undefined for another one. */
  old: Filter | undefined
}

const words = text.filterDialog
const propPrefix = 'event:props:'

/** Asks what to filter by. Nothing changes until it is said so. */
export function FilterDialog({ navigation, old }: FilterDialogProps): VNode {
  const [operator, setOperator] = useState<Operator>(old?.[0] ?? 'is')
  const [dimension, setDimension] = useState<string>(old?.[1] ?? 'event:page')
  const [values, setValues] = useState<readonly string[]>(old?.[2] ?? [])
  const [typed, setTyped] = useState('')
  const { filters } = navigation.view
  // What stands in the field is meant, even by those who do not add it first.
  const meant = isWhole(operator) && isDimension(dimension) ? meantBy(dimension, typed.trim(), []) : typed.trim()
  const wanted = typed.trim() === '' ? values : [...new Set([...values, meant])]
  const close = () => navigation.turn({ detail: '' })

  function apply(event: SubmitEvent): void {
    event.preventDefault()
    if (wanted.length === 0 || !isDimension(dimension)) return
    // In the dialog's own step: back leads to before it was opened, with the filters of then.
    navigation.turn({ filters: replaceFilter(filters, old, [operator, dimension, wanted]), detail: '' })
  }

  return (
    <Dialog title={words.title} onClose={close}>
      <form class="filter-form" onSubmit={apply}>
        <DimensionPicker
          dimension={dimension}
          onChoose={(chosen) => {
            setDimension(chosen)
            if (!operatorsOf(chosen).includes(operator)) setOperator('is')
            setValues([])
            setTyped('')
          }}
        />
        <label>
          {words.operator}
          <select class="select" value={operator} onChange={(event) => setOperator(event.currentTarget.value as Operator)}>
            {operatorsOf(dimension).map((name) => (
              <option key={name} value={name}>
                {text.operators[name]}
              </option>
            ))}
          </select>
        </label>
        {isDimension(dimension) && (
          <ValuePicker key={dimension} dimension={dimension} operator={operator} values={values} onChange={setValues} typed={typed} onType={setTyped} />
        )}
        <footer class="form-footer">
          {old && (
            <button type="button" class="link" onClick={() => navigation.turn({ filters: replaceFilter(filters, old, undefined), detail: '' })}>
              {words.delete}
            </button>
          )}
          <button type="submit" class="button is-primary" disabled={wanted.length === 0 || !isDimension(dimension)}>
            {words.apply}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

const operators = Object.keys(text.operators) as Operator[]
/** Shown by name and stored as codes: no part of a name is in them. */
const coded: ReadonlySet<string> = new Set<Dimension>(['visit:country', 'visit:language'])

function operatorsOf(dimension: string): Operator[] {
  return coded.has(dimension) ? operators.filter(isWhole) : operators
}

function DimensionPicker({ dimension, onChoose }: { dimension: string; onChoose: (dimension: string) => void }) {
  const isProp = dimension.startsWith(propPrefix)
  return (
    <>
      <label>
        {words.dimension}
        <select class="select" value={isProp ? propPrefix : dimension} onChange={(event) => onChoose(event.currentTarget.value)}>
          {(Object.keys(text.dimensions) as (Dimension & keyof typeof text.dimensions)[]).map((name) => (
            <option key={name} value={name}>
              {text.dimensions[name]}
            </option>
          ))}
          <option value={propPrefix}>{words.prop}</option>
        </select>
      </label>
      {isProp && (
        <label>
          {words.propName}
          <input
            type="text"
            class="field"
            required
            defaultValue={dimension.slice(propPrefix.length)}
            onChange={(event) => onChoose(propPrefix + event.currentTarget.value.trim())}
          />
        </label>
      )}
    </>
  )
}
