import { type Answer, useAnswer } from '../answer.ts'
import { useScope } from '../scope.ts'
import type { ApiStep } from './step.ts'

/** A saved funnel. */
export interface Funnel {
  id: string
  name: string
  steps: readonly ApiStep[]
}

/** One step of an answer: rates in per cent, null where there was nobody. */
export type FunnelRow = ApiStep & {
  visitors: number
  visits: number
  drop_off: number
  step_rate: number | null
  conversion_rate: number | null
}

interface FunnelAnswer {
  visitors: number
  visits: number
  steps: readonly FunnelRow[]
  meta: { pruned_before?: string }
}

/** The funnels of a site. @param revision grows when they have changed */
export function useFunnels(revision: number): Answer<readonly Funnel[]> {
  const { client, base } = useScope()
  return useAnswer(base.site_id, revision, async (signal) => (await client.get<{ funnels: Funnel[] }>('api/funnels', { site_id: base.site_id }, signal)).funnels)
}

/** How far visits of the period came, kept up to date. */
export function useFunnel({ id, steps }: Funnel): Answer<FunnelAnswer> {
  const { client, base, revision } = useScope()
  const question = { ...base, steps }
  return useAnswer(JSON.stringify([id, question]), revision, (signal) => client.post<FunnelAnswer>('api/funnel', question, signal))
}
