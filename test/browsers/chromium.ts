import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { findBrowser } from '../../scripts/browser.ts'

/** Without those about networking, Chromium talks to its maker's hosts at every start. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function executable(): string {
  const path = findBrowser()
  if (!path) throw new Error('No Chromium found: `npm test` installs one or says how')
  return path
}

/** A headless Chromium of this machine. */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ executablePath: executable(), args, headless: true, ...options })
}
