import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Client } from './api.ts'
import { formatExact } from './format.ts'
import { repeatWhileVisible } from './repeat.ts'
import { text } from './text.ts'

interface DemoOfferProps {
  client: Client
  /** What the button says. */
  label: string
  /** Which site. @default the collector's choice */
  id?: string
  /** All visits are there. */
  onFilled: (id: string) => void
}

interface DemoSite {
  id: string
  state: 'none' | 'filling' | 'filled'
  hits: number
}

/** A click, and there is a site with a year of made-up visits, or the one that there is goes up to today. */
export function DemoOffer({ client, label, id, onFilled }: DemoOfferProps): VNode {
  const [site, setSite] = useState<DemoSite>()
  const [problem, setProblem] = useState<string>()
  const told = useRef(onFilled)
  told.current = onFilled

  async function begin(): Promise<void> {
    setProblem(undefined)
    try {
      setSite(await client.post<DemoSite>('api/sites/demo', id === undefined ? {} : { id }))
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  const filling = site?.id
  useEffect(() => {
    if (filling === undefined) return
    const look = async (signal: AbortSignal) => {
      const now = await client.get<DemoSite>('api/sites/demo', { id: filling }, signal)
      setSite(now.state === 'filling' ? now : undefined)
      if (now.state === 'filled') told.current(now.id)
    }
    return repeatWhileVisible(look, { every: () => 700, onTrouble: () => {} }).stop
  }, [client, filling])

  return (
    <div class="demo-offer">
      <button type="button" class="button" disabled={site !== undefined} onClick={() => void begin()}>
        {label}
      </button>
      <p class="hint" role="status">
        {site && text.demo.filling(formatExact(site.hits))}
      </p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
