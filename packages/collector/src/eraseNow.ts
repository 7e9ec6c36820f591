import { erasurePrefix, findErasures, type EraseReport, type OpenErasure, type Subject, type Values } from '@treadlight/store'
import { createOutboxEraser, findTheirs, type OutboxEraser } from './forwarding/eraseWaiting.ts'
import type { AnyStore } from './openStore.ts'

/** What became of an erasure. */
export interface Erased {
  report: EraseReport
  /** Whether nothing of the person is left in the storage either. */
  finished: boolean
  /** Nothing of the person was there, and no erasure of theirs was unfinished. */
  unknown?: boolean
  /** Why upkeep could not be done: the erasure is in force all the same. */
  problem?: string | undefined
}

/**
 * Erases a person and does a round of upkeep, with which a part of their bytes goes at once: of a text file all of them. What
 * waits for other systems goes too; what these have already they have.
 *
 * @param outbox that of the process. @default what lies in the storage
 */
export async function eraseNow(store: AnyStore, values: Values | undefined, subject: Subject, outbox: OutboxEraser | undefined = values && createOutboxEraser(values)): Promise<Erased> {
  const wasOpen = values !== undefined && (await isErasing(values, subject))
  const isTheirs = outbox === undefined ? undefined : await findTheirs(store, subject)
  const report = await store.erase(subject)
  if (isTheirs !== undefined) await outbox?.erase(subject.site, isTheirs)
  const unknown = report.erased === 0 && !wasOpen
  try {
    await store.maintain()
    return { report, finished: (await listOpen(values, subject.site)).length === 0, unknown }
  } catch (error) {
    return { report, finished: false, unknown, problem: (error as Error).message }
  }
}

/** Whether something of a person who was erased may still lie in the storage. */
export async function isErasing(values: Values, subject: Subject): Promise<boolean> {
  return (await listOpen(values, subject.site)).some(({ key }) => key.startsWith(erasurePrefix(subject)))
}

async function listOpen(values: Values | undefined, site: string): Promise<readonly OpenErasure[]> {
  return findErasures((await values?.list(`${site}:erasure:`)) ?? []).open
}
