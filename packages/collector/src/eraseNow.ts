import { findErasures, type EraseReport, type Subject, type Values } from '@treadlight/store'
import type { AnyStore } from './openStore.ts'

/** What became of an erasure. */
export interface Erased {
  report: EraseReport
  /** Whether nothing of the person is left in the storage either. */
  finished: boolean
  /** Why upkeep could not be done: the erasure is in force all the same. */
  problem?: string | undefined
}

/** Erases a person and does a round of upkeep, with which a part of their bytes goes at once: of a text file all of them. */
export async function eraseNow(store: AnyStore, values: Values | undefined, subject: Subject): Promise<Erased> {
  const report = await store.erase(subject)
  try {
    await store.maintain()
    const open = values === undefined ? [] : findErasures(await values.list(`${subject.site}:erasure:`)).open
    return { report, finished: open.length === 0 }
  } catch (error) {
    return { report, finished: false, problem: (error as Error).message }
  }
}
