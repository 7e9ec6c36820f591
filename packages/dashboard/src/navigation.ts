import { useEffect, useMemo, useState } from 'preact/hooks'
import { readView, type View, writeView } from './view.ts'

export interface Navigation {
  view: View
  /** Shows something else; the back button returns. */
  go(change: Partial<View>): void
  /** Shows the same in another way; no step for the back button. Closing the dialog alone is a step back, where it was one to open it. */
  turn(change: Partial<View>): void
}

/** Marks a step of the history that only opened a dialog. */
const opensDialog = 'opens dialog'

/** The view that the address asks for. */
export function useNavigation(): Navigation {
  const [search, setSearch] = useState(location.search)
  const view = useMemo(() => readView(search), [search])

  useEffect(() => {
    const follow = () => setSearch(location.search)
    addEventListener('popstate', follow)
    return () => removeEventListener('popstate', follow)
  }, [])

  function go(change: Partial<View>): void {
    const next = writeView({ ...view, ...change })
    if (next === writeView(view)) return
    const isDialogAlone = change.detail !== undefined && change.detail !== '' && view.detail === '' && Object.keys(change).length === 1
    history.pushState(isDialogAlone ? opensDialog : null, '', location.pathname + next)
    setSearch(next)
  }

  function turn(change: Partial<View>): void {
    const next = writeView({ ...view, ...change })
    if (next === writeView(view)) return
    const isClosing = change.detail === '' && Object.keys(change).length === 1
    if (isClosing && history.state === opensDialog) return history.back()
    const isOpen = change.detail === undefined ? view.detail !== '' : change.detail !== ''
    history.replaceState(isOpen ? history.state : null, '', location.pathname + next)
    setSearch(next)
  }
  return { view, go, turn }
}
