import { useEffect, useRef } from 'preact/hooks'
import type { Navigation } from './navigation.ts'
import { type Days, type PeriodName } from './period.ts'
import { stepPeriod } from './stepPeriod.ts'
import { text } from './text.ts'

/** What keys do on the page: a letter each, and its words in the catalogue under the same name. */
type Shortcut = keyof typeof text.shortcuts

const periods: Readonly<Partial<Record<Shortcut, PeriodName>>> = {
  d: 'today',
  y: 'yesterday',
  w: '7d',
  t: '30d',
  q: '91d',
  l: '12mo',
  a: 'all',
}

interface ShortcutsOptions {
  navigation: Navigation
  /** The site's day. */
  today: string
  /** What the period stands for; undefined until that is known. */
  days: Days | undefined
}

const storageKey = 'treadlight keys'

/** Whether the keys do anything: those who speak to their computer type letters without meaning to (WCAG 2.2, 2.1.4). */
export function areKeysOn(): boolean {
  try {
    return localStorage.getItem(storageKey) !== 'off'
  } catch {
    return true
  }
}

/** Keeps the choice in this browser, where that may be. */
export function setKeysOn(areOn: boolean): void {
  try {
    if (areOn) localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, 'off')
  } catch {
    // A browser that keeps nothing keeps the keys on.
  }
}

/** Listens for the keys, except where they are typed into something or a dialog is open. */
export function useShortcuts(options: ShortcutsOptions): void {
  const latest = useRef(options)
  latest.current = options
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || !areKeysOn()) return
      const key = event.key.toLowerCase()
      if (Object.hasOwn(text.shortcuts, key) && press(key as Shortcut, latest.current)) event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

/** A select has keys of its own too. */
function isTyping(target: EventTarget | null): boolean {
  return document.querySelector('dialog[open]') !== null || (target instanceof Element && target.closest('input, select, textarea, [role=menu]') !== null)
}

/** Returns whether the key means anything right now. */
function press(key: Shortcut, { navigation, today, days }: ShortcutsOptions): boolean {
  const { view, go, turn } = navigation
  const period = periods[key]
  if (period) go({ ...(view.page === 'realtime' && { page: 'overview' }), period, interval: 'auto' })
  else if (key === 'b' && days && view.period !== 'all') go({ period: stepPeriod(view.period, days, -1, today), interval: 'auto' })
  else if (key === 'n' && days && days[1] < today) go({ period: stepPeriod(view.period, days, 1, today), interval: 'auto' })
  else if (key === 'c') go({ compare: view.compare === 'none' ? 'previous_period' : 'none' })
  else if (key === 's') turn({ chart: view.chart === 'line' ? 'sources' : 'line' })
  else if (key === 'r') go({ page: view.page === 'realtime' ? 'overview' : 'realtime', more: {} })
  else if (key === 'f') go({ detail: 'filter' })
  else if (key === 'x') go({ filters: [] })
  else if (key === '?') go({ detail: 'keys' })
  else return false
  return true
}
