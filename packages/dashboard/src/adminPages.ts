import type { ComponentType } from 'preact'
import type { Access, Client, Site } from './api.ts'
import type { Navigation } from './navigation.ts'
import type { PageName } from './pageNames.ts'
import type { Days } from './period.ts'

/** What a page beside the overview is given; its numbers it asks for within the scope (`useScope`). */
export interface AdminPageProps {
  /** Where the collector is, ending in a slash. */
  base: string
  client: Client
  site: Site
  sites: readonly Site[]
  /** After sites were added, changed or removed: asks for them anew. */
  onSites: () => void
  access: Access
  navigation: Navigation
  /** What the period stands for; undefined until that is known. */
  days: Days | undefined
  /** The site's day. */
  today: string
}

/** A page that is loaded when it is opened. */
interface AdminPage {
  /** Whether it shows what happened in the period, by the filters; else the header has no such choices. */
  hasPeriod: boolean
  /** Whether the filters hold there, where the period does. @default true */
  hasFilters?: boolean
  /** Whether owners alone see it: what it asks for is refused to others anyway. */
  isOwners: boolean
  /** Whether it has a place in the navigation; others are reached from a page. @default true */
  isListed?: boolean
  load: () => Promise<ComponentType<AdminPageProps>>
}

export const adminPages: Readonly<Partial<Record<PageName, AdminPage>>> = {
  funnels: { hasPeriod: true, isOwners: false, load: async () => (await import('./funnels/funnelsPage.tsx')).FunnelsPage },
  journeys: { hasPeriod: true, isOwners: false, load: async () => (await import('./journeys/journeysPage.tsx')).JourneysPage },
  hits: { hasPeriod: true, isOwners: true, load: async () => (await import('./hits/hitsPage.tsx')).HitsPage },
  visits: { hasPeriod: true, hasFilters: false, isOwners: true, load: async () => (await import('./visits/visitsPage.tsx')).VisitsPage },
  person: { hasPeriod: false, isOwners: true, load: async () => (await import('./person/personPage.tsx')).PersonPage },
  vitals: { hasPeriod: true, isOwners: false, load: async () => (await import('./vitals/vitalsPage.tsx')).VitalsPage },
  settings: { hasPeriod: false, isOwners: true, load: async () => (await import('./settings/settingsPage.tsx')).SettingsPage },
}
