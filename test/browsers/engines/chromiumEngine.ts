import { chromiumArgs, chromiumPath, launchChromium } from '../chromium.ts'
import { driveContext } from './driveContext.ts'
import type { Engine } from './engine.ts'
import { visitWith } from './visitWith.ts'

/** Debian's Chromium, driven by Playwright over the DevTools protocol. */
export function startChromium(): Engine {
  return {
    name: 'chromium',
    drivesCrashes: true,
    launch: async () => driveContext(await launchChromium()),
    visit: (profile, url) =>
      visitWith({
        browser: chromiumPath(),
        // Without a port to be asked at, a headless Chromium ends as soon as the page has loaded.
        args: [...chromiumArgs, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, url],
        isContent: /--type=renderer/,
      }),
    stop: async () => {},
  }
}
