import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findWebKit } from '../../../scripts/engines.ts'
import type { DrivenBrowser, DrivenPage, Engine } from './engine.ts'
import { startDisplay } from './startDisplay.ts'
import { startWebDriver, type WebDriverSession } from './webDriver.ts'
import { visitWith } from './visitWith.ts'

/**
 * WebKitGTK's MiniBrowser on a display of its own, driven by its WebDriver. What that cannot: keep a profile (with
 * `--automation` all storage is in memory), survive the crash of a tab (the session is deleted), go offline, and open
 * a tab that is visible.
 */
export async function startWebKit(): Promise<Engine> {
  const { driver, browser, display } = findWebKit()!
  const screen = await startDisplay(display)
  const home = await mkdtemp(join(tmpdir(), 'treadlight-webkit-'))
  const webDriver = await startWebDriver(driver, { DISPLAY: screen.name, ...(await makeHome(home)) })

  return {
    name: 'webkit',
    drivesCrashes: false,
    async launch() {
      const session = await webDriver.open({ 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } })
      return driveSession(session)
    },
    visit: async (profile, url) =>
      visitWith({
        browser,
        args: [url],
        env: { DISPLAY: screen.name, ...(await makeHome(profile)) },
        isContent: /WebKitWebProcess/,
      }),
    async stop() {
      await webDriver.stop()
      await screen.stop()
      // Its graphics process writes shaders for a moment after it was told to end.
      await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** Everything that it keeps is where these say. */
async function makeHome(folder: string): Promise<Record<string, string>> {
  const env = { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') }
  for (const path of Object.values(env)) await mkdir(path, { recursive: true })
  return env
}

function driveSession(session: WebDriverSession): DrivenBrowser {
  /** Commands go to the window that was last switched to, so no two windows' may mix. */
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }

  function driveWindow(handle: string): DrivenPage {
    const within = <T>(work: () => Promise<T>): Promise<T> =>
      inTurn(async () => {
        await session.send('POST', 'window', { handle })
        return work()
      })
    return {
      goto: (url) => within(() => session.send('POST', 'url', { url })),
      evaluate: (expression) => within(() => evaluate(session, expression)),
      crash: () => Promise.reject(new Error('WebKitWebDriver deletes the session of a tab that crashes')),
      // The last window takes the session with it, but the one it began with stays.
      close: () => within(() => session.send('DELETE', 'window')),
    }
  }

  return {
    async open(url) {
      const { handle } = await inTurn(async () => {
        const [first] = await session.send<string[]>('GET', 'window/handles')
        await session.send('POST', 'window', { handle: first })
        return session.send<{ handle: string }>('POST', 'window/new', { type: 'window' })
      })
      const page = driveWindow(handle)
      await page.goto(url)
      return page
    },
    close: () => session.send('DELETE', ''),
  }
}

async function evaluate<T>(session: WebDriverSession, expression: string): Promise<T> {
  const script = `const done = arguments[0]
    Promise.resolve().then(() => (${expression})).then((value) => done({ value }), (error) => done({ error: String(error) }))`
  const { value, error } = await session.send<{ value: T; error?: string }>('POST', 'execute/async', { script, args: [] })
  if (error !== undefined) throw new Error(`${expression}: ${error}`)
  return value
}
