import type { VNode } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { text } from './text.ts'

/** What a menu offers: something to do, or, with `href`, somewhere to go. */
export interface MenuEntry {
  label: string
  href?: string
  onSelect?: () => void
}

/** A button with a list below it, by mouse and keys as the ARIA practices have menus. */
export function Menu({ entries }: { entries: readonly MenuEntry[] }): VNode {
  const [isOpen, setOpen] = useState(false)
  const host = useRef<HTMLDivElement>(null)
  const id = useId()
  const items = () => [...(host.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]

  // Before anything else is typed: it is meant for the menu.
  useLayoutEffect(() => {
    if (!isOpen) return
    items()[0]?.focus()
    const closeOutside = (event: Event) => {
      if (!host.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', closeOutside)
    return () => document.removeEventListener('pointerdown', closeOutside)
  }, [isOpen])

  // The focus goes back first: a dialog that an entry opens returns it to where it was.
  function close(): void {
    host.current?.querySelector('button')?.focus()
    setOpen(false)
  }

  function moveByKey(event: KeyboardEvent): void {
    const all = items()
    const next = nextByKey(event, all)
    if (event.key === 'Escape') close()
    else if (next) next.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div ref={host} class="menu" onFocusOut={(event) => isOutside(host.current, event.relatedTarget) && setOpen(false)}>
      <button
        type="button"
        class="button menu-button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        aria-label={text.menu}
        onClick={() => setOpen(!isOpen)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 4h12M2 8h12M2 12h12" />
        </svg>
      </button>
      {isOpen && (
        <div id={id} class="menu-list" role="menu" aria-label={text.menu} onKeyDown={moveByKey}>
          {entries.map((entry) => (
            <Entry key={entry.label} entry={entry} close={close} />
          ))}
        </div>
      )}
    </div>
  )
}

function Entry({ entry: { label, href, onSelect }, close }: { entry: MenuEntry; close: () => void }) {
  const shared = { role: 'menuitem', tabIndex: -1, class: 'menu-entry' } as const
  function select(): void {
    close()
    onSelect?.()
  }
  if (href === undefined)
    return (
      <button type="button" {...shared} onClick={select}>
        {label}
      </button>
    )
  return (
    <a {...shared} href={href} target="_blank" rel="noopener noreferrer" onClick={select}>
      {label}
    </a>
  )
}

/** Arrows go round, Home and End to the ends, a letter to the next entry that begins with it. */
function nextByKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, items: readonly HTMLElement[]): HTMLElement | undefined {
  const at = items.indexOf(document.activeElement as HTMLElement)
  if (key === 'ArrowDown') return items[(at + 1) % items.length]
  if (key === 'ArrowUp') return items.at(at <= 0 ? -1 : at - 1)
  if (key === 'Home') return items[0]
  if (key === 'End') return items.at(-1)
  if (key.length !== 1 || key === ' ' || ctrlKey || metaKey || altKey) return undefined
  const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return rest.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()))
}

/** Whether the focus went elsewhere on the page; a click on nothing is no such thing. */
function isOutside(host: HTMLElement | null, target: EventTarget | null): boolean {
  return target instanceof Node && !host?.contains(target)
}
