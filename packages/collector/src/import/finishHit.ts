import type { DropReason } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import type { ImportedHit } from './importFormat.ts'

/** What a row became, or why it does not count. */
export type FinishedHit = { hit: StoredHit } | { drop: DropReason } | { problem: string }

/** Completes what an export knows of a hit, as the collector does with what it receives. Pure given what it was made with. */
export type FinishHit = (imported: ImportedHit) => FinishedHit
