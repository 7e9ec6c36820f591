import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { installPackages } from './installPackages.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** A Chromium of this machine: CHROMIUM_PATH, one on the PATH or in its usual place, or Playwright's download. */
export function findBrowser(env: Record<string, string | undefined> = process.env): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = env
  if (CHROMIUM_PATH) {
    if (!existsSync(CHROMIUM_PATH)) throw new Error(`CHROMIUM_PATH=${CHROMIUM_PATH}: there is no such file`)
    return CHROMIUM_PATH
  }
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...elsewhere, ...playwrightDownloads()].find((path) => existsSync(path))
}

function playwrightDownloads(): string[] {
  const caches = [join(homedir(), '.cache/ms-playwright'), join(homedir(), 'Library/Caches/ms-playwright')]
  return caches.filter((cache) => existsSync(cache)).flatMap((cache) =>
    readdirSync(cache)
      .filter((name) => name.startsWith('chromium-'))
      .sort()
      .reverse()
      .flatMap((name) => [
        join(cache, name, 'chrome-linux/chrome'),
        join(cache, name, 'chrome-mac/Chromium.app/Contents/MacOS/Chromium'),
      ]),
  )
}

/**
 * Finds a Chromium or, as root on Debian and its kin, installs one.
 * @throws Error saying what to install
 */
export function ensureBrowser(): string {
  const found = findBrowser()
  if (found) return found
  const installed = installPackages(['chromium']) && findBrowser()
  if (installed) return installed
  throw new Error(
    'The browser tests need a Chromium. Install one (Debian: apt-get install chromium; macOS: brew install --cask chromium; ' +
      'anywhere: npx playwright install chromium) or set CHROMIUM_PATH to its executable.',
  )
}
