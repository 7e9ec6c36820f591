import type { Values } from '@treadlight/store'
import { addDays } from './days.ts'
import { isOldImportNote } from './import/importNotes.ts'
import { dropDayOf, dropDaysKept } from './drops/dropCounts.ts'

/** How long a round is good for, ms. */
const rest = 3_600_000
const saltKey = /^[a-z0-9_-]{1,64}:salt:(\d{4}-\d\d-\d\d):/
/** A site that is there deletes its own earlier, by its own days. */
const saltDaysKept = 3

/**
 * Deletes what has had its time whatever site it is of, removed ones too: salts, so that nobody is recognised, notes of
 * imports that broke off, and counts of what was dropped. Once an hour, whenever it is called.
 *
 * @param now ms since 1970
 * @param others deletes what else has had its time
 */
export function createSweep(values: Values, now: () => number, others: () => Promise<void> = async () => undefined): () => Promise<void> {
  let sweptAt = -Infinity
  return async () => {
    if (Math.abs(now() - sweptAt) < rest) return
    const today = new Date(now()).toISOString().slice(0, 10)
    const [oldestSalt, oldestDrops] = [addDays(today, -saltDaysKept), addDays(today, -dropDaysKept)]
    for (const key of await values.list('')) {
      const salted = saltKey.exec(key)?.[1]
      const counted = dropDayOf(key)
      if (isOldImportNote(key, now()) || (salted !== undefined && salted < oldestSalt) || (counted !== undefined && counted < oldestDrops)) await values.remove(key)
    }
    await others()
    sweptAt = now()
  }
}
