import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firefox } from 'playwright-core'
import { findFirefox } from '../../../scripts/engines.ts'
import { driveContext } from './driveContext.ts'
import type { Engine } from './engine.ts'
import { visitWith } from './visitWith.ts'

/** What a fresh profile would otherwise do by itself: talk to its maker's hosts, greet, and bring back the tabs of a killed one. */
const preferences = {
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
}

/**
 * Debian's Firefox ESR, driven by Playwright over WebDriver BiDi. Playwright tells it to end when a tab crashes
 * (MOZ_CRASHREPORTER_SHUTDOWN), so its tabs crash where nobody drives.
 */
export function startFirefox(): Engine {
  const executablePath = findFirefox()!
  return {
    name: 'firefox',
    drivesCrashes: false,
    launch: async () => driveContext(await firefox.launch({ channel: 'moz-firefox', executablePath })),
    async visit(profile, url) {
      await mkdir(profile, { recursive: true })
      await writeFile(join(profile, 'user.js'), Object.entries(preferences).map(toLine).join(''))
      return visitWith({
        browser: executablePath,
        args: ['--headless', '--no-remote', '--profile', profile, url],
        env: { MOZ_CRASHREPORTER_DISABLE: '1' },
        isContent: /-isForBrowser.* tab $/,
      })
    },
    stop: async () => {},
  }
}

function toLine([name, value]: [string, unknown]): string {
  return `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`
}
