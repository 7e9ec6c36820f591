import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext } from 'playwright-core'
import { chromiumArgs, chromiumPath } from './chromium.ts'
import { killAtExit } from './engines/killAtExit.ts'

/** A Chromium that keeps to a visitor's defaults. */
export interface VisitedBrowser {
  /** Its only one, with a profile of its own. */
  context: BrowserContext
  close(): Promise<void>
}

/**
 * A headless Chromium that Playwright asks but does not set up: there a tab is hidden when another one comes to the
 * front, which alone has the focus, pages are prerendered, and the back/forward cache is on.
 */
export async function launchVisited(): Promise<VisitedBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'treadlight-visited-'))
  const args = [...chromiumArgs, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank']
  const child = spawn(chromiumPath(), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  killAtExit(child)
  const exited = once(child, 'exit')
  const browser = await chromium.connectOverCDP(await readAddress(child.stderr), { noDefaults: true })
  return {
    context: browser.contexts()[0]!,
    async close() {
      await browser.close()
      child.kill()
      await exited
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Where it listens: a Chromium says so once it is ready. */
async function readAddress(output: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of output) {
    text += chunk.toString()
    const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
    if (address) return address
  }
  throw new Error(`Chromium ended before it listened:\n${text}`)
}
