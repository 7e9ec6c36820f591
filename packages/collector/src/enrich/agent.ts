import { copyText } from '../copyText.ts'
import { remember } from '../remember.ts'
import type { DeviceFacts } from './readDevice.ts'

/** A user agent, and what has been found out about it: each by the step that asks for it first. */
export interface Agent {
  /** Cut to 512 characters. */
  text: string
  isCrawler: boolean | undefined
  isRobot: boolean | undefined
  isDriven: boolean | undefined
  device: DeviceFacts | undefined
}

/** Long ones are attacks or accidents: nobody's needs more to be told apart. */
const limit = 512

/** As many as a busy hour has; some 10 MB. One look-up is all that a request pays for. */
const known = remember(20_000, (userAgent: string): Agent => ({
  text: copyText(userAgent),
  isCrawler: undefined,
  isRobot: undefined,
  isDriven: undefined,
  device: undefined,
}))

/** What is known of a user agent. */
export function agentOf(userAgent: string): Agent {
  return known(userAgent.length > limit ? userAgent.slice(0, limit) : userAgent)
}
