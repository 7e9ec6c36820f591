import type { VNode } from 'preact'
import { SearchField } from '../searchField.tsx'
import type { View } from '../view.ts'
import { defaultSize, pageSizes } from './hitQuery.ts'
import { words } from './words.ts'

interface HitControlsProps {
  more: View['more']
  onChange: (change: Record<string, string | undefined>) => void
}

/** What is looked for: a text anywhere, and the named filters (PV25, PV28). */
export function HitControls({ more, onChange }: HitControlsProps): VNode {
  const set = (name: string) => (value: string) => onChange({ [name]: value === '' ? undefined : value })
  const sizes = Object.fromEntries(pageSizes.map((size) => [size, words.sizes(size)]))
  return (
    <div class="hit-controls" role="search">
      <div class="hit-search">
        <SearchField label={words.search} value={more['q'] ?? ''} onSearch={set('q')} describedBy="hit-searched" />
        <p id="hit-searched" class="hint">
          {words.searched}
        </p>
      </div>
      <Choice label={words.type} options={words.types} value={more['type'] ?? ''} onChange={set('type')} />
      <Choice label={words.known} options={words.whose} value={more['known'] ?? ''} onChange={set('known')} />
      <SearchField class="field" label={words.source} value={more['source'] ?? ''} onSearch={set('source')} />
      <SearchField class="field" label={words.medium} value={more['medium'] ?? ''} onSearch={set('medium')} />
      <Choice label={words.size} options={sizes} value={more['size'] ?? defaultSize} onChange={(size) => onChange({ size: size === defaultSize ? undefined : size })} />
    </div>
  )
}

interface ChoiceProps {
  label: string
  options: Readonly<Record<string, string>>
  value: string
  onChange: (value: string) => void
}

function Choice({ label, options, value, onChange }: ChoiceProps) {
  return (
    <select class="select" aria-label={label} value={Object.hasOwn(options, value) ? value : Object.keys(options)[0]} onChange={(event) => onChange(event.currentTarget.value)}>
      {Object.entries(options).map(([name, said]) => (
        <option key={name} value={name}>
          {said}
        </option>
      ))}
    </select>
  )
}
