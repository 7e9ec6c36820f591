import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Client } from './api.ts'
import { repeatWhileVisible } from './repeat.ts'
import { text } from './text.ts'

interface WelcomeProps {
  base: string
  client: Client
  site: string
  /** The first hit has arrived. */
  onHit: () => void
}

/** The first run: the tag to paste, until the first hit comes. */
export function Welcome({ base, client, site, onHit }: WelcomeProps): VNode {
  useEffect(() => {
    const look = async (signal: AbortSignal) => {
      if (await hasHits(client, site, signal)) onHit()
    }
    return repeatWhileVisible(look, { every: () => 500, onTrouble: () => {} }).stop
  }, [client, site])

  return (
    <section class="sheet welcome">
      <h2>{text.welcome.title}</h2>
      <p>{text.welcome.explain}</p>
      <Tag code={`<script defer src="${base}t.js"${ignoreNobody(base)}></script>`} />
      <p class="waiting" role="status">
        <span class="live-dot" />
        {text.welcome.waiting}
      </p>
      <p>
        <a href={`${base}demo/`}>{text.welcome.demo}</a>
      </p>
    </section>
  )
}

/** The tracker ignores pages on its own machine, which is what a collector there is tried with. */
function ignoreNobody(url: string): string {
  return /^https?:\/\/(localhost|127\.|\[::1])/.test(url) ? ' data-ignore=""' : ''
}

/** Whether the site was ever hit. */
export async function hasHits(client: Client, site: string, signal?: AbortSignal): Promise<boolean> {
  const { results } = await client.query({ site_id: site, date_range: 'all', metrics: ['events'] }, signal)
  return (results[0]?.metrics[0] ?? 0) > 0
}

function Tag({ code }: { code: string }) {
  const [label, setLabel] = useState(text.welcome.copy)
  const element = useRef<HTMLElement>(null)

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(code)
      setLabel(text.welcome.copied)
    } catch {
      // Over plain http, other than on localhost, there is no clipboard.
      if (element.current) getSelection()?.selectAllChildren(element.current)
      setLabel(text.welcome.selected)
    }
  }

  return (
    <div class="tag">
      <code ref={element}>{code}</code>
      <button type="button" class="button" onClick={copy}>
        {label}
      </button>
    </div>
  )
}
