import { createContext, type Provider } from 'preact'
import { useContext } from 'preact/hooks'
import type { Client, Query, QueryAnswer } from './api.ts'
import { type Answer, useAnswer } from './answer.ts'
import type { Comparison } from './comparison.ts'
import type { ApiFilter } from './filter.ts'

/** What every question of the page has in common. */
export interface Scope {
  client: Client
  base: Pick<Query, 'site_id' | 'date_range' | 'filters'>
  /** Asked for with every question that does not name its own, or `undefined` for none. */
  comparisons: Comparison | undefined
  /** Grows whenever the numbers have changed. */
  revision: number
}

const ScopeContext = createContext<Scope | undefined>(undefined)

/** Gives the scope to the panels within. */
export const ScopeProvider: Provider<Scope | undefined> = ScopeContext.Provider

/** Throws outside of a {@link ScopeProvider}. */
export function useScope(): Scope {
  const scope = useContext(ScopeContext)
  if (!scope) throw new Error('dashboard: useScope outside of a ScopeProvider')
  return scope
}

export interface Question extends Omit<Query, keyof Scope['base']> {
  /** A filter beside those of the page. */
  narrow?: ApiFilter
}

/** The answer to a question within the scope, kept up to date; `asked` says which one, while it is stale. */
export function useQuery<const Q extends Question>(question: Q): Answer<QueryAnswer & { asked: Q }> {
  const scope = useScope()
  const query = toQuery(scope, question)
  return useAnswer(JSON.stringify(query), scope.revision, async (signal) => {
    return { ...(await scope.client.query(query, signal)), asked: question }
  })
}

/** A question with what all of the page have in common. */
export function toQuery({ base, comparisons }: Scope, { narrow, ...question }: Question): Query {
  const filters = [...(base.filters ?? []), ...(narrow ? [narrow] : [])]
  return { ...base, ...question, filters, include: { imports: true, comparisons, ...question.include } }
}
