import type { ComponentType, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { adminPages, type AdminPageProps } from './adminPages.ts'
import { Notice } from './notice.tsx'
import type { PageName } from './pageNames.ts'
import { text } from './text.ts'

type State = { page?: PageName; Loaded?: ComponentType<AdminPageProps>; error?: Error }

/** A page beside the overview, once its code is there. */
export function AdminPage({ page, ...props }: AdminPageProps & { page: PageName }): VNode | null {
  const [state, setState] = useState<State>({})
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    let isWanted = true
    const settle = (next: State) => isWanted && setState({ page, ...next })
    adminPages[page]?.load().then(
      (Loaded) => settle({ Loaded }),
      (cause: unknown) => settle({ error: new Error(text.noPage, { cause }) }),
    )
    return () => void (isWanted = false)
  }, [page, attempt])

  if (state.page !== page) return <p class="empty" role="status" aria-label={text.loading} />
  if (state.error) return <Notice error={state.error} onRetry={() => setAttempt(attempt + 1)} />
  const { Loaded } = state
  return Loaded ? <Loaded {...props} /> : null
}
