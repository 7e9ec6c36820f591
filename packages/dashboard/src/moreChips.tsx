import type { VNode } from 'preact'
import type { Navigation } from './navigation.ts'

interface MoreChipsProps {
  /** What the list is called. */
  label: string
  /** What each is called, by its name in the address; those that are not set are left out. */
  names: Readonly<Record<string, string>>
  /** What a value is called. @default the value */
  shorten?: (name: string, value: string) => string
  /** What the way out of one is called. */
  removeLabel: (name: string) => string
  navigation: Navigation
}

/** What a page of its own is narrowed by, each with its way out; then it begins with its first page again. */
export function MoreChips({ label, names, shorten = (_, value) => value, removeLabel, navigation }: MoreChipsProps): VNode | null {
  const { more } = navigation.view
  const chosen = Object.entries(names).flatMap(([field, name]) => (more[field] === undefined ? [] : [{ field, name, value: more[field] }]))
  if (chosen.length === 0) return null
  return (
    <ul class="chips is-inner" aria-label={label}>
      {chosen.map(({ field, name, value }) => (
        <li key={field} class="chip">
          <span class="chip-text" title={value}>
            {name} <bdi>{shorten(field, value)}</bdi>
          </span>
          <button type="button" class="chip-remove" aria-label={removeLabel(name)} onClick={() => navigation.go({ more: { ...more, [field]: undefined, n: undefined } })}>
            ×
          </button>
        </li>
      ))}
    </ul>
  )
}
