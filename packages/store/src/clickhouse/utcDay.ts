/** The first and the last day that ClickHouse's Date holds. */
const [first, last] = [0, Date.UTC(2149, 5, 6)]

/** `YYYY-MM-DD`, or the nearest day that there can be. @param time ms since 1970 */
export function utcDay(time: number): string {
  return new Date(Math.min(Math.max(time, first), last)).toISOString().slice(0, 10)
}
