/** What a collector does beside taking hits. */
type Task = 'queries' | 'upkeep' | 'retention'

/** What fails at present: the log says it once a day, and nobody reads it every day. */
export interface Failures {
  /** Does something, notes how it ended, and hands that on. @param isFailure of an error. @default of every one */
  watch<T>(task: Task, act: () => Promise<T>, isFailure?: (error: unknown) => boolean): Promise<T>
  /** Since when each task has failed, ms since 1970, of those of which the last round failed. */
  readonly since: ReadonlyMap<Task, number>
}

/** @param now ms since 1970 */
export function createFailures(now: () => number): Failures {
  const since = new Map<Task, number>()
  return {
    since,
    async watch(task, act, isFailure = () => true) {
      try {
        const result = await act()
        since.delete(task)
        return result
      } catch (error) {
        if (isFailure(error) && !since.has(task)) since.set(task, now())
        throw error
      }
    },
  }
}
