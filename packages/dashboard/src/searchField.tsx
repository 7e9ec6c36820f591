import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface SearchFieldProps {
  label: string
  value: string
  onSearch: (search: string) => void
  /** Of what explains it. */
  describedBy?: string | undefined
  autofocus?: boolean
  class?: string
}

/** Asks when the typing pauses. */
export function SearchField({ label, value, onSearch, describedBy, autofocus = false, class: name = 'search' }: SearchFieldProps): VNode {
  const [typed, setTyped] = useState(value)
  const search = useRef(onSearch)
  search.current = onSearch
  const asked = useRef(value)
  useEffect(() => {
    if (typed === asked.current) return
    const timer = setTimeout(() => {
      asked.current = typed
      search.current(typed)
    }, 250)
    return () => clearTimeout(timer)
  }, [typed])
  // Somebody else asks for something else: the back button, or a link.
  useEffect(() => {
    if (value === asked.current) return
    asked.current = value
    setTyped(value)
  }, [value])
  return (
    <input
      type="search"
      class={name}
      aria-label={label}
      aria-describedby={describedBy}
      placeholder={label}
      autofocus={autofocus}
      maxLength={100}
      value={typed}
      onInput={(event) => setTyped(event.currentTarget.value)}
    />
  )
}
