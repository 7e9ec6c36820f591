import type { VNode } from 'preact'
import { adminPages } from './adminPages.ts'
import { type Access, ApiError, type Site } from './api.ts'
import { Mark } from './mark.tsx'
import { Menu, type MenuEntry } from './menu.tsx'
import type { Navigation } from './navigation.ts'
import { PageLinks } from './pageLinks.tsx'
import type { Days } from './period.ts'
import { PeriodPicker } from './periodPicker.tsx'
import type { Pulse } from './pulse.ts'
import { text } from './text.ts'

interface HeaderProps {
  navigation: Navigation
  sites: readonly Site[]
  site: Site
  pulse: Pulse
  /** What the period stands for; undefined until that is known. */
  days: Days | undefined
  /** The site's day. */
  today: string
  menu: readonly MenuEntry[]
  access: Access
}

/** Whose numbers, how many people now, and which period. */
export function Header({ navigation, sites, site, pulse, days, today, menu, access }: HeaderProps): VNode {
  const { page } = navigation.view
  const hasPeriod = page === 'overview' || adminPages[page]?.hasPeriod === true
  return (
    <header class="header">
      <Mark />
      <h1>{text.product}</h1>
      <SiteName navigation={navigation} sites={sites} site={site} />
      <Live pulse={pulse} navigation={navigation} />
      {hasPeriod && <PeriodPicker navigation={navigation} today={today} days={days} />}
      <Menu entries={menu} />
      <PageLinks navigation={navigation} access={access} />
    </header>
  )
}

/** Nothing for the one default site: there is nothing to tell apart. */
function SiteName({ navigation, sites, site }: Pick<HeaderProps, 'navigation' | 'sites' | 'site'>) {
  if (sites.length === 1) return site.id === 'default' ? null : <span class="site">{site.id}</span>
  return (
    <select
      class="select"
      aria-label={text.site}
      value={site.id}
      onChange={(event) => navigation.go({ site: event.currentTarget.value, filters: [] })}
    >
      {sites.map(({ id, demo }) => (
        <option key={id} value={id}>
          {demo ? text.demo.siteName(id) : id}
        </option>
      ))}
    </select>
  )
}

/** Not a live region: a number that is read aloud every second is no help to anyone. */
function Live({ pulse, navigation }: Pick<HeaderProps, 'pulse' | 'navigation'>) {
  if (pulse.trouble)
    return (
      <span class="live is-offline" role="status" title={pulse.trouble.message}>
        <span class="live-dot" />
        {nameTrouble(pulse.trouble)}
      </span>
    )
  return (
    <button type="button" class="live" title={text.live.meaning} onClick={() => navigation.go({ page: 'realtime', more: {} })}>
      <span class={pulse.visitorsNow ? 'live-dot is-lit' : 'live-dot'} />
      {pulse.visitorsNow === undefined ? '' : text.live.people(pulse.visitorsNow)}
    </button>
  )
}

function nameTrouble(trouble: Error): string {
  if (!navigator.onLine) return text.live.offline
  const status = trouble instanceof ApiError ? trouble.status : 0
  if (status === 429) return text.live.waiting
  return 400 <= status && status < 500 ? text.live.refused : text.live.retrying
}
