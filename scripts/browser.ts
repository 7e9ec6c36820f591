import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { spawnSync } from 'node:child_process'

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
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('No Chromium here: installing Debian’s package …')
    const apt = (...args: string[]): number | null =>
      spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status
    if (apt('update') === 0 && apt('install', '-y', '--no-install-recommends', 'chromium') === 0) {
      const installed = findBrowser()
      if (installed) return installed
    }
  }
  throw new Error(
    'The browser tests need a Chromium. Install one (Debian: apt-get install chromium; macOS: brew install --cask chromium; ' +
      'anywhere: npx playwright install chromium) or set CHROMIUM_PATH to its executable.',
  )
}
