import type { EnrichStep } from './step.ts'

/** Visitors whose browsers ask not to be counted: by Global Privacy Control or Do Not Track, where the site honours it. */
export const dropUnwilling: EnrichStep = (_, { header, policy: { respect } }) => {
  if (respect.gpc === 'counting' && header('sec-gpc') === '1') return 'gpc'
  if (respect.dnt && header('dnt') === '1') return 'dnt'
  return undefined
}
