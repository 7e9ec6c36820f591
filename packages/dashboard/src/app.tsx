import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { ApiError, createClient, isShare, type Sites } from './api.ts'
import { Login } from './login.tsx'
import { NoticePage } from './notice.tsx'
import { Page } from './page.tsx'

type Gate = { state: 'opening' | 'closed' } | { state: 'open'; sites: Sites } | { state: 'broken'; error: Error }

/** The page behind its password. `base` is where the collector is, ending in a slash. */
export function App({ base }: { base: string }): VNode | null {
  const [gate, setGate] = useState<Gate>({ state: 'opening' })
  // Of a share link the password may be asked for, or there is no such link any more.
  const client = useMemo(() => createClient(base, () => (isShare(base) ? void open() : setGate({ state: 'closed' }))), [base])

  // The list of sites is the first thing needed and needs a session: no call to ask for one alone.
  const open = () =>
    client.sites().then(
      (sites) => setGate({ state: 'open', sites }),
      (error: Error) => setGate(error instanceof ApiError && error.status === 401 ? { state: 'closed' } : { state: 'broken', error }),
    )
  useEffect(() => void open(), [client])
  useEffect(() => {
    // A link that was removed does not come back.
    if (gate.state !== 'broken' || (gate.error instanceof ApiError && gate.error.status === 404)) return
    const timer = setTimeout(open, 3000)
    return () => clearTimeout(timer)
  }, [gate])

  switch (gate.state) {
    case 'opening':
      return null
    case 'closed':
      return <Login client={client} isShare={isShare(base)} onSuccess={open} />
    case 'broken':
      return <NoticePage error={gate.error} onRetry={open} />
    case 'open':
      return (
        <Page base={base} client={client} sites={gate.sites} onSites={() => void open()} onLogout={() => setGate({ state: 'closed' })} />
      )
  }
}
