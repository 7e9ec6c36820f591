/** What a collector does beside taking hits. */
type Task = 'queries' | 'upkeep' | 'retention'

/** What fails at present: the log says it once a day, and nobody reads it every day. */
export interface Failures {
  /** Does something, notes how it ended, and hands that on. @param isFailure of an error. @default of every one */
  watch<T>(task: Task, act: () => Promise<T>, isFailure?: (error: unknown) => boolean): Promise<T>
  /** Since when each task has failed, ms since 1970, of those of which the last round failed. */
  readonly since: ReadonlyMap<Task, number>
  /** How often each has failed since the process began. */
  readonly counts: ReadonlyMap<Task, number>
  /** When each last went well, ms since 1970. */
  readonly succeeded: ReadonlyMap<Task, number>
}

/** @param now ms since 1970 */
export function createFailures(now: () => number): Failures {
  const since = new Map<Task, number>()
  const counts = new Map<Task, number>()
  const succeeded = new Map<Task, number>()
  return {
    since,
    counts,
    succeeded,
    async watch(task, act, isFailure = () => true) {
      try {
        const result = await act()
        since.delete(task)
        succeeded.set(task, now())
        return result
      } catch (error) {
        if (isFailure(error)) {
          if (!since.has(task)) since.set(task, now())
          counts.set(task, (counts.get(task) ?? 0) + 1)
        }
        throw error
      }
    },
  }
}
