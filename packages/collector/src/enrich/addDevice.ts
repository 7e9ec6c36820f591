import { remember } from '../remember.ts'
import { joinClientHints } from './clientHints.ts'
import { oncePerRequest } from './oncePerRequest.ts'
import { joinDevices, readDevice, readHintedDevice, type Device, type DeviceFacts } from './readDevice.ts'
import type { EnrichStep } from './step.ts'

/** Browser, system and kind of device, by the user agent and the client hints. */
export const addDevice: EnrichStep = (hit, context) => {
  const facts = deviceOf(context)
  const { browser, browserVersion, os, osVersion, device } = facts.mayBeMobile ? lookAtScreen(facts, hit.screen) : facts
  if (browser !== undefined) hit.browser = browser
  if (browserVersion !== undefined) hit.browserVersion = browserVersion
  if (os !== undefined) hit.os = os
  if (osVersion !== undefined) hit.osVersion = osVersion
  if (device !== undefined) hit.device = device
}

const deviceOf = oncePerRequest((context): DeviceFacts => {
  const said = (context.agent.device ??= sharedFacts(JSON.stringify(readDevice(context.agent.text))))
  const hints = joinClientHints(context)
  return hints === '' ? said : joinDevices(said, deviceHinted(hints))
})

/** One object for all user agents that say the same: what many hits look at stays close to the processor. */
const sharedFacts = remember(2000, (facts: string) => JSON.parse(facts) as DeviceFacts)

// Apart from what is kept of user agents, since few differ in both.
const deviceHinted = remember(2000, readHintedDevice)

/** Longest side of an iPad's screen is 1376 CSS pixels. */
const longestMobile = 1400
/** Shortest side of its smallest is 744. */
const shortestTablet = 600

/**
 * iPads say that they are Macs, and iPhones do when they ask for desktop sites. Whether there is touch is not known here,
 * but iOS gives the screen's size as if it were held upright, whichever way it is held, and no Mac has one so small that
 * stands upright.
 */
function lookAtScreen(facts: DeviceFacts, screen = ''): Device {
  const [width = 0, height = 0] = screen.split('x').map(Number)
  if (height <= width || height > longestMobile) return facts
  const { browser, browserVersion } = facts
  return {
    ...(browser && { browser }),
    ...(browserVersion && { browserVersion }),
    os: 'iOS',
    ...(browser === 'Safari' && browserVersion && { osVersion: browserVersion }),
    device: width < shortestTablet ? 'Mobile' : 'Tablet',
  }
}
