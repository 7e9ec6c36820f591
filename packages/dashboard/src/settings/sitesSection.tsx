import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Confirm } from '../confirm.tsx'
import { DataTable } from '../dataTable.tsx'
import { DemoOffer } from '../demoOffer.tsx'
import { formatExact, formatRange } from '../format.ts'
import { Notice } from '../notice.tsx'
import { SiteForm } from './siteForm.tsx'
import { sitesWords as said } from './sitesWords.ts'
import { text } from '../text.ts'
import { TextForm } from './textForm.tsx'

interface Site {
  id: string
  timezone: string
  from: 'the default site' | 'settings' | 'added'
  /** None where it takes every host. */
  allowed: readonly { host: string; from: 'settings' | 'added' }[]
  demo?: { from: string; to: string }
}

interface UnknownHost {
  host: string
  hits: number
  /** ISO 8601. */
  latest: string
}

type Change = () => Promise<{ sentence: string }>

/** Sites, whose hits they take, and hosts that send hits all the same. */
export function SitesSection({ client, site: { id }, onSites, navigation }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [sentence, setSentence] = useState('')
  const [removed, setRemoved] = useState<Site>()
  const [disallowed, setDisallowed] = useState<{ site: Site; host: string }>()
  const { value, error, retry } = useAnswer('sites', changes, (signal) => client.get<{ sites: Site[] }>('api/sites/hosts', {}, signal))
  const drops = useAnswer(`drops ${id}`, changes, (signal) => client.get<{ unknown_hosts: UnknownHost[] }>('api/drops', { site_id: id, days: 1 }, signal))
  const shown = value?.sites.find((site) => site.id === id)

  async function change(act: Change): Promise<void> {
    const { sentence: told } = await act()
    setSentence(told)
    setChanges((count) => count + 1)
    onSites()
  }
  /** A new one is to be looked at; one that was renewed is seen in the list. */
  const openDemo = (demo: string) => {
    setChanges((count) => count + 1)
    onSites()
    if (!value?.sites.some((site) => site.id === demo)) navigation.go({ site: demo, page: 'overview', filters: [], more: {} })
  }
  const allow = (host: string) => change(() => client.post('api/sites/hosts', { site_id: id, host }))

  return (
    <>
      <p class="hint">{said.explain}</p>
      <p role="status" class="told">
        {sentence}
      </p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && <SiteTable sites={value.sites} onRemove={setRemoved} onDisallow={(site, host) => setDisallowed({ site, host })} />}
      {shown && !shown.demo && <TextForm key={`${id} ${changes}`} label={said.allowLabel(id)} hint={said.allowHint(shown.allowed.length === 0)} action={said.allow} onSend={allow} />}
      {drops.error && <Notice error={drops.error} onRetry={drops.retry} />}
      {drops.value && shown?.from === 'the default site' && <UnknownHosts hosts={drops.value.unknown_hosts.filter(({ host }) => !isAllowed(shown, host))} onAllow={allow} />}
      <h3>{said.add}</h3>
      <SiteForm onAdd={(wanted) => change(() => client.post('api/sites', wanted))} />
      {value && <DemoSites client={client} demo={value.sites.find((site) => site.demo)} onFilled={openDemo} />}
      {removed && (
        <Confirm
          title={said.removeTitle}
          action={said.remove}
          describe={async () => (await client.remove<{ sentence: string }>('api/sites', { id: removed.id, dry_run: 1 })).sentence}
          onConfirm={async () => (await change(() => client.remove('api/sites', { id: removed.id })), '')}
          onClose={() => setRemoved(undefined)}
        />
      )}
      {disallowed && (
        <Confirm
          title={said.disallowTitle}
          action={said.disallow}
          describe={async () => said.disallowSays(disallowed.host, disallowed.site.id, disallowed.site.allowed.length === 1)}
          onConfirm={async () => (await change(() => client.remove('api/sites/hosts', { site_id: disallowed.site.id, host: disallowed.host })), '')}
          onClose={() => setDisallowed(undefined)}
        />
      )}
    </>
  )
}

function DemoSites({ client, demo, onFilled }: { client: AdminPageProps['client']; demo: Site | undefined; onFilled: (id: string) => void }) {
  return (
    <>
      <h3>{said.demo}</h3>
      <p class="hint">{said.demoExplain}</p>
      <DemoOffer client={client} label={demo ? said.demoRenew(demo.id) : text.demo.offer} {...(demo && { id: demo.id })} onFilled={onFilled} />
    </>
  )
}

/** Since it was allowed, the list of those that were dropped before is what it was. */
function isAllowed({ allowed }: Site, host: string): boolean {
  return allowed.some((each) => each.host === host)
}

function SiteTable({ sites, onRemove, onDisallow }: { sites: readonly Site[]; onRemove: (site: Site) => void; onDisallow: (site: Site, host: string) => void }) {
  return (
    <DataTable
      caption={said.caption}
      empty={said.empty}
      rows={sites}
      keyOf={({ id }) => id}
      columns={[
        { name: said.site, cell: ({ id }) => id },
        { name: said.hosts, cell: (site) => <Hosts site={site} onDisallow={onDisallow} /> },
        { name: said.timezone, cell: ({ timezone }) => timezone, isExtra: true },
        {
          name: '',
          cell: (site) =>
            site.from === 'added' && (
              <button type="button" class="link" aria-label={said.removeNamed(site.id)} onClick={() => onRemove(site)}>
                {said.remove}
              </button>
            ),
        },
      ]}
    />
  )
}

function Hosts({ site, onDisallow }: { site: Site; onDisallow: (site: Site, host: string) => void }) {
  if (site.demo) return <>{said.madeUp(formatRange([site.demo.from, site.demo.to]))}</>
  if (site.allowed.length === 0) return <>{said.everyHost}</>
  return (
    <ul class="plain-list">
      {site.allowed.map(({ host, from }) => (
        <li key={host}>
          <bdi>{host}</bdi> <span class="hint">{said.froms[from]}</span>{' '}
          {from === 'added' && (site.from !== 'added' || site.allowed.length > 1) && (
            <button type="button" class="link" aria-label={said.disallowHost(host, site.id)} onClick={() => onDisallow(site, host)}>
              {said.disallow}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

function UnknownHosts({ hosts, onAllow }: { hosts: readonly UnknownHost[]; onAllow: (host: string) => Promise<void> }) {
  const [problem, setProblem] = useState<string>()
  const allow = (host: string) => onAllow(host).then(() => setProblem(undefined), (error: Error) => setProblem(error.message))
  return (
    <>
      <h3>{said.unknown}</h3>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <DataTable
        caption={said.unknown}
        empty={said.unknownEmpty}
        rows={hosts}
        keyOf={({ host }) => host}
        columns={[
          { name: said.host, cell: ({ host }) => <bdi>{host}</bdi> },
          { name: said.hits, cell: ({ hits }) => formatExact(hits), isNumber: true },
          { name: said.latest, cell: ({ latest }) => latest.slice(0, 16).replace('T', ' '), isExtra: true },
          {
            name: '',
            cell: ({ host }) => (
              <button type="button" class="button" aria-label={said.allowHost(host)} onClick={() => void allow(host)}>
                {said.allowThis}
              </button>
            ),
          },
        ]}
      />
    </>
  )
}
