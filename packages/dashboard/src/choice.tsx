import type { VNode } from 'preact'

interface ChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly (readonly [value: T, name: string])[]
  onChoose: (value: T) => void
}

/** A select without a frame, for what is seldom changed. */
export function Choice<T extends string>({ label, value, options, onChoose }: ChoiceProps<T>): VNode {
  return (
    <select class="select is-quiet" aria-label={label} value={value} onChange={(event) => onChoose(event.currentTarget.value as T)}>
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  )
}
