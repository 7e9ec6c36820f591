import { useEffect, useMemo, useState } from 'preact/hooks'
import { readView, type View, writeView } from './view.ts'

export interface Navigation {
  view: View
  /** Shows something else; the back button returns. */
  go(change: Partial<View>): void
  /** Shows the same in another way; no step for the back button. */
  turn(change: Partial<View>): void
}

/** The view that the address asks for. */
export function useNavigation(): Navigation {
  const [search, setSearch] = useState(location.search)
  const view = useMemo(() => readView(search), [search])

  useEffect(() => {
    const follow = () => setSearch(location.search)
    addEventListener('popstate', follow)
    return () => removeEventListener('popstate', follow)
  }, [])

  function move(method: 'pushState' | 'replaceState', change: Partial<View>): void {
    const next = writeView({ ...view, ...change })
    if (next === writeView(view)) return
    history[method](null, '', location.pathname + next)
    setSearch(next)
  }
  return { view, go: (change) => move('pushState', change), turn: (change) => move('replaceState', change) }
}
