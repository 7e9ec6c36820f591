import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Client, Site } from './api.ts'
import { CopyCode } from './copyCode.tsx'
import { DemoOffer } from './demoOffer.tsx'
import { InstallationCheck } from './installationCheck.tsx'
import { repeatWhileVisible } from './repeat.ts'
import { snippetOf, waysToCount, type WayToCount } from './snippets.ts'
import { text } from './text.ts'

interface WelcomeProps {
  base: string
  client: Client
  site: Site
  sites: readonly Site[]
  /** Shows a made-up site. */
  onDemo: (id: string) => void
  /** The first hit has arrived. */
  onHit: () => void
}

/** The first run: what to paste, until the first hit comes, and what to do where it does not. */
export function Welcome({ base, client, site, sites, onDemo, onHit }: WelcomeProps): VNode {
  const demo = sites.find((each) => each.demo)
  useEffect(() => {
    const look = async (signal: AbortSignal) => {
      if (await hasHits(client, site.id, signal)) onHit()
    }
    return repeatWhileVisible(look, { every: () => 500, onTrouble: () => {} }).stop
  }, [client, site.id])

  return (
    <section class="sheet welcome">
      <h2>{text.welcome.title}</h2>
      <Snippets base={base} />
      {site.hosts.length > 0 && <p class="hint">{text.welcome.hosts(site.id, site.hosts)}</p>}
      <p class="waiting" role="status">
        <span class="live-dot" />
        {text.welcome.waiting}
      </p>
      <InstallationCheck base={base} client={client} site={site.id} />
      <p>
        <a href={`${base}demo/`}>{text.welcome.demo}</a>
      </p>
      <p class="hint">{text.demo.explain}</p>
      {demo?.demo?.is_filled ? (
        <button type="button" class="button" onClick={() => onDemo(demo.id)}>
          {text.demo.open}
        </button>
      ) : (
        <DemoOffer client={client} label={text.demo.offer} onFilled={onDemo} />
      )}
    </section>
  )
}

function Snippets({ base }: { base: string }) {
  const [way, setWay] = useState<WayToCount>('tag')
  return (
    <>
      <div class="tabs" role="group" aria-label={text.welcome.ways}>
        {waysToCount.map((each) => (
          <button key={each} type="button" aria-pressed={each === way} onClick={() => setWay(each)}>
            {text.welcome.way[each].name}
          </button>
        ))}
      </div>
      <p>{text.welcome.way[way].explain}</p>
      <CopyCode key={way} code={snippetOf(way, base)} />
    </>
  )
}

/** Whether the site was ever hit, or has figures of another product. */
export async function hasHits(client: Client, site: string, signal?: AbortSignal): Promise<boolean> {
  const { results } = await client.query({ site_id: site, date_range: 'all', metrics: ['events'], include: { imports: true } }, signal)
  return (results[0]?.metrics[0] ?? 0) > 0
}
