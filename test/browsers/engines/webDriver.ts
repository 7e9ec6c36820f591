import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../process/collectorProcess.ts'
import { killAtExit } from './killAtExit.ts'

export interface WebDriver {
  open(capabilities: object): Promise<WebDriverSession>
  stop(): Promise<void>
}

export interface WebDriverSession {
  /** Sends a command to the path below the session; throws what the driver calls an error. */
  send<T = void>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T>
}

/**
 * Starts a W3C WebDriver (https://www.w3.org/TR/webdriver2/) and speaks to it over fetch: of the protocol we need six
 * commands, which is less than a dependency on selenium-webdriver would bring.
 */
export async function startWebDriver(program: string, env: Record<string, string>): Promise<WebDriver> {
  const port = await freePort()
  const child = spawn(program, [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', env: { ...process.env, ...env } })
  killAtExit(child)
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  await untilReady(url)
  return {
    async open(capabilities) {
      const { sessionId } = await command<{ sessionId: string }>('POST', `${url}/session`, { capabilities: { alwaysMatch: capabilities } })
      return { send: (method, path, body) => command(method, `${url}/session/${sessionId}${path && `/${path}`}`, body) }
    },
    async stop() {
      child.kill()
      await exited
    },
  }
}

async function untilReady(url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await wait(50)) {
    const isUp = await fetch(`${url}/status`).then(({ ok }) => ok, () => false)
    if (isUp) return
    if (Date.now() > deadline) throw new Error(`WebDriver at ${url} does not answer`)
  }
}

async function command<T>(method: string, url: string, body?: object): Promise<T> {
  const response = await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`)
  return value
}
