import type { Filter, Goal, Query } from '../query.ts'

/** Which visits are asked about: those that began in the range, each as a whole. */
export interface VisitQuestion {
  site: string
  /** Half open, ms since 1970. */
  range: Query['range']
  /** IANA name: whose midnight `prunedBefore` is. @default 'UTC' */
  timezone?: string
  /** As in a query: a visit counts if one hit of it that lies in the range meets them all. */
  filters?: readonly Filter[]
  /** As in a query. */
  goals?: readonly Goal[]
}

/**
 * What a visit may do: see a page, where `*` stands for any text, send an event of this name, or reach the goal of this
 * name. Without goals every interactive event is one.
 */
export type VisitStep = { page: string } | { event: string } | { goal: string }

/** The query that counts these visits: its filters and its range are what the question says. */
export function queryOf({ site, range, timezone = 'UTC', filters, goals }: VisitQuestion): Query {
  return { site, range, timezone, metrics: ['visits'], ...(filters !== undefined && { filters }), ...(goals !== undefined && { goals }) }
}
