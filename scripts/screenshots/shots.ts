import type { Page } from 'playwright-core'
import { defaultView, type View, writeView } from '../../packages/dashboard/src/view.ts'

/** One picture. */
export interface Shot {
  /** Of the file, without `.png`. */
  name: string
  /** What the address asks for. */
  search: string
  /** What to do before, and what to take: the whole window where it returns nothing. */
  take?: (page: Page) => Promise<void>
  /** Only this part, by CSS selector. */
  part?: string
  dark?: true
  phone?: true
  /** Which collector: one with 90 days of visits, or one that nobody has visited. @default seeded */
  of?: 'seeded' | 'empty'
  /** Not logged in. */
  stranger?: true
}

const look = (view: Partial<View>): string => writeView({ ...defaultView, ...view })

/** Every view of the page once. */
export const shots: readonly Shot[] = [
  { name: 'overview', search: '' },
  { name: 'overview-dark', search: '', dark: true },
  { name: 'phone', search: '', phone: true },
  { name: 'comparison', search: look({ compare: 'previous_period', filters: [['is', 'visit:country', ['DE', 'AT']]] }) },
  { name: 'sources', search: look({ chart: 'sources' }) },
  { name: 'list', search: look({ detail: 'event:page' }) },
  { name: 'filter', search: look({ detail: 'filter' }) },
  { name: 'map', search: look({}), part: 'section[aria-label="Places"]' },
  { name: 'events', search: look({ tabs: { events: 'event:name' } }), part: 'section[aria-label="Events and goals"]' },
  { name: 'goals', search: look({ detail: 'goals' }) },
  { name: 'realtime', search: look({ page: 'realtime' }) },
  { name: 'export', search: look({ detail: 'export' }) },
  { name: 'check', search: look({ detail: 'check' }), take: checkPage },
  { name: 'first-run', search: '', of: 'empty' },
  { name: 'log-in', search: '', stranger: true },
  { name: 'trouble', search: '', take: breakOff },
]

/** An address that no check may ask for: it needs no network, so the picture is always the same. */
async function checkPage(page: Page): Promise<void> {
  await page.getByLabel(/address of a page/).fill('https://192.0.2.1/')
  await page.getByRole('button', { name: 'Check my page' }).click()
  await page.locator('.findings li').first().waitFor()
}

/** The collector stops answering. */
async function breakOff(page: Page): Promise<void> {
  await page.route('**/api/**', (route) => route.abort('connectionrefused'))
  await page.reload()
  await page.getByRole('alert').first().waitFor()
}
