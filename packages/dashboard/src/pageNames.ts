/** The pages, in the order of the navigation; the last 30 minutes are reached by the number of people now. */
export const pageNames = ['overview', 'hits', 'visits', 'person', 'funnels', 'journeys', 'vitals', 'settings', 'realtime'] as const
export type PageName = (typeof pageNames)[number]

export function isPageName(name: string): name is PageName {
  return pageNames.some((known) => known === name)
}
