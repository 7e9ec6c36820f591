import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { AdminPage } from './adminPage.tsx'
import { adminPages } from './adminPages.ts'
import type { Client, Site, Sites } from './api.ts'
import { comparisonOf } from './comparison.ts'
import { toApiFilter } from './filter.ts'
import { ExportDialog } from './exportDialog.tsx'
import { FilterChips } from './filterChips.tsx'
import { GoalsDialog } from './goalsDialog.tsx'
import { formatExact } from './format.ts'
import { Header } from './header.tsx'
import { Headline } from './headline.tsx'
import { InstallationDialog } from './installationCheck.tsx'
import type { MenuEntry } from './menu.tsx'
import { MadeUp } from './madeUp.tsx'
import { useNavigation } from './navigation.ts'
import { NewestEvents } from './newestEvents.tsx'
import { mayOpen } from './pageLinks.tsx'
import { Panel } from './panel.tsx'
import type { PageName } from './pageNames.ts'
import { panels } from './panels.ts'
import { PasswordDialog } from './passwordDialog.tsx'
import { dateRange, includesNow, siteClock } from './period.ts'
import { usePulse } from './pulse.ts'
import { Realtime } from './realtime.tsx'
import { ScopeProvider } from './scope.ts'
import { useShortcuts } from './shortcuts.ts'
import { ShortcutsDialog } from './shortcutsDialog.tsx'
import { text } from './text.ts'
import { Trend } from './trend.tsx'
import { hasHits, Welcome } from './welcome.tsx'

interface PageProps {
  base: string
  client: Client
  sites: Sites
  /** Asks for the sites anew. */
  onSites: () => void
  onLogout: () => void
}

/** The dashboard itself. */
export function Page({ base, client, sites: { sites, access, version, retention }, onSites, onLogout }: PageProps): VNode {
  const asked = useNavigation()
  // Who may not open the page of the address gets the overview, the header's period and links too.
  const page = mayOpen(asked.view.page, access) ? asked.view.page : 'overview'
  const navigation = page === asked.view.page ? asked : { ...asked, view: { ...asked.view, page } }
  const { view } = navigation
  const isOwner = access.role === 'owner'
  const isAdmin = adminPages[page] !== undefined
  const site = siteOf(sites, view.site)
  const clock = siteClock(Date.now(), site.timezone)
  const today = clock.slice(0, 10)
  const isRealtime = page === 'realtime'
  const question = { site_id: site.id, date_range: isRealtime ? ('realtime' as const) : dateRange(view.period, today), filters: view.filters.map(toApiFilter) }
  const comparisons = isRealtime ? undefined : comparisonOf(view)
  const pulse = usePulse(client, { base: question, comparisons, timezone: site.timezone, isLive: isRealtime || includesNow(view.period, today) })
  // Two days are what they are; a name means days as soon as the collector has said which, not those of the name before.
  const days = typeof view.period === 'string' ? pulse.days : view.period
  const isEmpty = !pulse.isStale && view.filters.length === 0 && pulse.overview?.every((value) => !value) === true
  const [wasHit, setWasHit] = useWasHit(client, site.id, isEmpty)
  useShortcuts({ navigation, today, days })
  useTitle(site)
  const [goalChanges, setGoalChanges] = useState(0)
  const openDemo = (id: string) => {
    onSites()
    navigation.go({ site: id, filters: [] })
  }
  const openGoals = () => navigation.go({ detail: 'goals' })
  const menu: MenuEntry[] = [
    ...(isOwner ? ownersMenu() : []),
    { label: text.keys, onSelect: () => navigation.go({ detail: 'keys' }) },
    ...(access.kind === 'user' ? usersMenu() : []),
  ]

  function usersMenu(): MenuEntry[] {
    return [
      { label: text.ownPassword.open, onSelect: () => navigation.go({ detail: 'password' }) },
      { label: text.logout, onSelect: () => void client.logout().then(onLogout, () => {}) },
    ]
  }

  function ownersMenu(): MenuEntry[] {
    return [
      { label: text.goals.open, onSelect: openGoals },
      { label: text.exports.menu, onSelect: () => navigation.go({ detail: 'export' }) },
      { label: text.check.title, onSelect: () => navigation.go({ detail: 'check' }) },
    ]
  }

  return (
    <div class="page">
      <Header navigation={navigation} sites={sites} site={site} pulse={pulse} days={days} today={today} menu={menu} access={access} />
      <main>
        <MadeUp site={site} access={access} navigation={navigation} />
        {wasHit === false && !isAdmin && isOwner ? (
          <Welcome base={base} client={client} site={site} sites={sites} onDemo={openDemo} onHit={() => setWasHit(true)} />
        ) : (
          <ScopeProvider value={{ client, base: question, comparisons, revision: pulse.revision + goalChanges }}>
            {(!isAdmin || hasFilters(page)) && <FilterChips navigation={navigation} access={access} />}
            {isAdmin ? (
              <AdminPage page={page} base={base} client={client} site={site} sites={sites} onSites={onSites} access={access} navigation={navigation} days={days} today={today} />
            ) : isRealtime ? (
              <Realtime navigation={navigation} pulse={pulse} />
            ) : (
              <section class="sheet" aria-label={text.metrics[view.metric]}>
                <Headline navigation={navigation} pulse={pulse} />
                <Trend navigation={navigation} clock={clock} timezone={site.timezone} access={access} />
              </section>
            )}
            {!isAdmin && (
              <div class="panels">
                {panels.map((panel) => (
                  <Panel
                    key={panel.id}
                    panel={panel}
                    navigation={navigation}
                    actions={panel.id === 'events' && isOwner ? <GoalsButton onOpen={openGoals} /> : undefined}
                  />
                ))}
                {isRealtime && <NewestEvents />}
              </div>
            )}
            {view.detail === 'goals' && isOwner && (
              <GoalsDialog onClose={() => navigation.turn({ detail: '' })} onChange={() => setGoalChanges(goalChanges + 1)} />
            )}
          </ScopeProvider>
        )}
      </main>
      {view.detail === 'export' && isOwner && (
        <ExportDialog client={client} site={site.id} days={days} onClose={() => navigation.turn({ detail: '' })} />
      )}
      {view.detail === 'check' && isOwner && <InstallationDialog base={base} client={client} site={site.id} onClose={() => navigation.turn({ detail: '' })} />}
      {view.detail === 'password' && access.kind === 'user' && <PasswordDialog client={client} onClose={() => navigation.turn({ detail: '' })} />}
      {view.detail === 'keys' && <ShortcutsDialog onClose={() => navigation.turn({ detail: '' })} />}
      <footer class="footer">
        <span>
          {text.product} {version}
        </span>
        <span>{text.timezone(site.timezone)}</span>
        <span>{text.retention(formatExact(retention.anonymous), formatExact(retention.authenticated))}</span>
        <span>{text.docs}</span>
      </footer>
    </div>
  )
}

function hasFilters(page: PageName): boolean {
  const admin = adminPages[page]
  return admin?.hasPeriod === true && admin.hasFilters !== false
}

function GoalsButton({ onOpen }: { onOpen: () => void }) {
  return (
    <button type="button" class="link" onClick={onOpen}>
      {text.goals.open}
    </button>
  )
}

/** The default site has no name that says anything. */
function useTitle({ id, demo }: Site): void {
  const name = demo ? text.demo.siteName(id) : id
  useEffect(() => {
    document.title = name === 'default' ? text.product : `${name} · ${text.product}`
  }, [name])
}

/** Whether the site was ever hit; undefined until an empty period makes it worth asking. */
function useWasHit(client: Client, site: string, isEmpty: boolean) {
  const [wasHit, setWasHit] = useState<boolean>()
  useEffect(() => setWasHit(undefined), [site])
  useEffect(() => {
    if (!isEmpty || wasHit !== undefined) return
    // Given up with its site: another one's answer would stand for this one.
    const controller = new AbortController()
    // Without an answer the page stays as it is, empty; the header tells of the trouble.
    hasHits(client, site, controller.signal).then(setWasHit, () => {})
    return () => controller.abort()
  }, [client, site, isEmpty])
  return [wasHit, setWasHit] as const
}

function siteOf(sites: readonly Site[], id: string): Site {
  return sites.find((site) => site.id === id) ?? sites[0] ?? { id: 'default', timezone: 'UTC', hosts: [] }
}
