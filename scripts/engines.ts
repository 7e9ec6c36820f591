import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findBrowser } from './browser.ts'
import { installPackages, mayInstall } from './installPackages.ts'

/** The engines that pages are proved in. */
export const engineNames = ['chromium', 'firefox', 'webkit'] as const
export type EngineName = (typeof engineNames)[number]

/** What it takes to drive WebKitGTK: paths of executables. */
export interface WebKitPrograms {
  driver: string
  /** Its own small browser, which no package puts on the PATH. */
  browser: string
  /** It has no headless mode. */
  display: string
}

const packages: Record<EngineName, readonly string[]> = {
  chromium: ['chromium'],
  firefox: ['firefox-esr'],
  webkit: ['webkit2gtk-driver', 'xvfb'],
}

/** A Firefox of this machine: FIREFOX_PATH, or one on the PATH. */
export function findFirefox(): string | undefined {
  return process.env['FIREFOX_PATH'] ?? findOnPath('firefox-esr') ?? findOnPath('firefox')
}

/** WebKitGTK with its driver, and a display for it; undefined unless all of it is there. */
export function findWebKit(): WebKitPrograms | undefined {
  const [driver, browser, display] = [findOnPath('WebKitWebDriver'), findMiniBrowser(), findOnPath('Xvfb')]
  return driver && browser && display ? { driver, browser, display } : undefined
}

/** Whether this machine has an engine. */
export function hasEngine(name: EngineName): boolean {
  return Boolean({ chromium: findBrowser, firefox: findFirefox, webkit: findWebKit }[name]())
}

/**
 * Installs the engines that are missing, as root on Debian and its kin; elsewhere answers their names, and the tests
 * in them are skipped: WebKitGTK is not to be had on every system.
 * @throws Error if installing failed
 */
export function ensureEngines(): EngineName[] {
  const missing = engineNames.filter((name) => !hasEngine(name))
  if (missing.length === 0 || !mayInstall()) return missing
  const names = missing.flatMap((name) => packages[name])
  if (installPackages(names) && missing.every(hasEngine)) return []
  throw new Error(`The browser tests need ${missing.join(' and ')}: install them (Debian: apt-get install ${names.join(' ')})`)
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Debian: /usr/lib/<architecture>/webkit2gtk-4.1/MiniBrowser. */
function findMiniBrowser(): string | undefined {
  const versions = ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0']
  const libraries = ['/usr/libexec', '/usr/lib'].filter((folder) => existsSync(folder))
  const folders = libraries.flatMap((folder) => ['', ...readdirSync(folder)].filter((name) => name === '' || name.includes('-linux-')).map((name) => join(folder, name)))
  return folders.flatMap((folder) => versions.map((version) => join(folder, version, 'MiniBrowser'))).find((path) => existsSync(path))
}
