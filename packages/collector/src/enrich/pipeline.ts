import type { DropReason } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { addAddress } from './addAddress.ts'
import { addAttribution } from './addAttribution.ts'
import { addChannel } from './addChannel.ts'
import { addDevice } from './addDevice.ts'
import { addLanguage } from './addLanguage.ts'
import { addLocation } from './addLocation.ts'
import { addPage } from './addPage.ts'
import { addVisitor } from './addVisitor.ts'
import { dropBots } from './dropBots.ts'
import { dropExcluded } from './dropExcluded.ts'
import { dropOwn } from './dropOwn.ts'
import { dropSpam } from './dropSpam.ts'
import { dropUnwilling } from './dropUnwilling.ts'
import { limitDistinct } from './limitDistinct.ts'
import { reduceDetail } from './reduceDetail.ts'
import type { EnrichContext, EnrichStep } from './step.ts'

/** What happens to a hit between the door and the store, in this order. */
const steps: readonly EnrichStep[] = [
  dropBots,
  dropUnwilling,
  dropOwn,
  dropSpam,
  dropExcluded,
  addPage,
  addLanguage,
  addAttribution,
  addChannel,
  addDevice,
  addLocation,
  reduceDetail,
  addAddress,
  addVisitor,
  limitDistinct,
]

/** A step that threw, which none should. */
export class StepError extends Error {
  override readonly name = 'StepError'
  readonly step: string

  constructor(step: string, cause: unknown) {
    super(`${step} failed`, { cause })
    this.step = step
  }
}

/**
 * Runs the steps on a hit until one drops it.
 * @throws StepError naming the step that threw
 */
export function enrich(hit: StoredHit, context: EnrichContext): DropReason | undefined {
  for (const step of steps) {
    try {
      const reason = step(hit, context)
      if (reason) return reason
    } catch (cause) {
      throw new StepError(step.name, cause)
    }
  }
  return undefined
}
