import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { findBrowser } from '../../scripts/browser.ts'

/** Without those about networking, Chromium talks to its maker's hosts at every start. */
export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @throws Error if this machine has none */
export function chromiumPath(): string {
  const path = findBrowser()
  if (!path) throw new Error('No Chromium found: `npm test` installs one or says how')
  return path
}

/** A headless Chromium of this machine. */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: [...chromiumArgs], headless: true, ...options })
}
