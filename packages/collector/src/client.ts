export { createStatsClient, StatsError, type StatsClient, type StatsClientOptions } from './client/createStatsClient.ts'
export type { Compared, DateRange, GoalList, Money, QueryAnswer, QueryRow, SiteList, StatsQuery, Values, WireFilter } from './client/types.ts'
