import type { Subject } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Erased } from './eraseNow.ts'
import { createErasureRequests } from './erasureRequests.ts'
import { isHeld } from './openStore.ts'
import { ConfigError } from './settings.ts'

export interface EraseThroughHolderOptions {
  /** Of the text file. */
  path: string
  subject: Subject
  /** Withdraws what nobody has taken up yet. */
  signal: AbortSignal
  /** Does it without help, as soon as nobody has the file open. @throws Error of which `isHeld` is true as long as somebody has */
  eraseAlone(): Promise<Erased>
  /** How long a collector may take to answer, ms. @default a minute and a half: a large file is written anew meanwhile */
  patience?: number
}

/** How often it is looked whether there is an answer, and whether the file is free by now, ms. */
const pause = 200
const retryAlone = 3000

/**
 * Erases a person from a text file. One process at a time may write to that, so where a collector has it open the
 * collector is asked to, by a file beside it; and where that one stops meanwhile, this process does it.
 *
 * @returns undefined where it was interrupted
 * @throws ConfigError where nobody answers, or where it could not be done there
 */
export async function eraseThroughHolder({ path, subject, signal, eraseAlone, patience = 90_000 }: EraseThroughHolderOptions): Promise<Erased | undefined> {
  const requests = createErasureRequests(path)
  const id = randomBytes(8).toString('hex')
  const started = performance.now()
  let held = await attemptAlone()
  if (!(held instanceof Error)) return held
  try {
    await requests.ask(id, subject)
    for (let triedAt = performance.now(); !signal.aborted; await wait(pause)) {
      const answer = await requests.takeAnswer(id)
      if (answer !== undefined) return answer
      if (performance.now() - started > patience) throw createSilenceError(held)
      if (performance.now() - triedAt < retryAlone) continue
      held = await attemptAlone()
      if (!(held instanceof Error)) return held
      triedAt = performance.now()
    }
    return undefined
  } finally {
    await requests.withdraw(id)
  }

  async function attemptAlone(): Promise<Erased | Error> {
    try {
      return await eraseAlone()
    } catch (error) {
      if (error instanceof Error && isHeld(error)) return error
      throw error
    }
  }
}

function createSilenceError(cause: Error): ConfigError {
  return new ConfigError(`whether anybody was erased is unknown: the process that has the file open did not answer; stop it and run this again (${cause.message})`, { cause })
}
