import { isLaterFormat } from './laterFormat.ts'

/** Things to do of which each is tried, whatever became of the others. */
export interface Errands {
  /**
   * Answers `instead` where it fails.
   * @throws Error if a later version has written what is read: nothing is changed then
   */
  attempt<T>(act: () => Promise<T>, instead: T): Promise<T>
  haveFailed(): boolean
  /** @throws Error the first one of those that were caught, if any */
  rethrow(): void
}

export function createErrands(): Errands {
  const failures: unknown[] = []
  return {
    async attempt(act, instead) {
      try {
        return await act()
      } catch (error) {
        if (isLaterFormat(error)) throw error
        failures.push(error)
        return instead
      }
    },
    haveFailed: () => failures.length > 0,
    rethrow() {
      if (failures.length > 0) throw failures[0]
    },
  }
}
