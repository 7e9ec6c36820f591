import type { StoredHit } from '@treadlight/store'
import { siteDay } from '@treadlight/store'
import type { Locator } from 'playwright-core'
import { makeHit } from '../store/makeHit.ts'
import type { DashboardStage } from './stage.ts'

/** Where a visit came from, and when. */
export interface Visit extends Partial<StoredHit> {
  /** @default a minute ago */
  time?: number
  /** Of the site, where its days begin. @default UTC */
  zone?: string
}

/** Pageviews of one visitor, a second apart. */
export function visit(visitor: string, paths: readonly string[], { time = Date.now() - 60_000, zone = 'UTC', ...from }: Visit = {}): StoredHit[] {
  return paths.map((path, index) => {
    const at = time + index * 1000
    return makeHit({ site: 'default', visitor, path, time: at, day: siteDay(zone, at), ...from })
  })
}

/** Where things are on the page of a stage. */
export interface OnPage {
  /** A headline number. */
  number(metric: string): Locator
  /** The value of a headline number, without its change. */
  value(metric: string): Locator
  rows(panel: string): Locator
  row(panel: string, name: string): Locator
}

export function onPage(stage: DashboardStage): OnPage {
  const number = (metric: string) => stage.page.getByRole('group', { name: 'Metric of the chart' }).getByRole('button', { name: metric })
  const region = (panel: string) => stage.page.getByRole('region', { name: panel })
  return {
    number,
    value: (metric) => number(metric).locator('.number-value'),
    rows: (panel) => region(panel).locator('tbody tr'),
    row: (panel, name) => region(panel).getByRole('rowheader').getByRole('button', { name, exact: true }),
  }
}
