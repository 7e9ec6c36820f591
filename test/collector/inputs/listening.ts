import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, serve, type RunningCollector } from 'treadlight'
import { readStoredIds } from '../readStoredIds.ts'

/** A collector of this process on a port and a folder of its own. */
export interface Listening {
  running: RunningCollector
  url: string
  port: number
  /** Stops it and answers the ids of all that it has stored, in order. */
  stop(): Promise<string[]>
}

/** @param env settings by their environment variables */
export async function listen(env: Record<string, string> = {}): Promise<Listening> {
  const data = await mkdtemp(join(tmpdir(), 'treadlight-inputs-'))
  const settings = { PORT: '0', TREADLIGHT_STORAGE_BASE: data, TREADLIGHT_STORAGE_SYNC: 'false', TREADLIGHT_TIMEZONE: 'UTC', ...env }
  const running = await serve({ config: await loadConfig({ env: settings, folder: data }) })
  return {
    running,
    url: running.url,
    port: Number(new URL(running.url).port),
    async stop() {
      await running.close()
      const ids = await readStoredIds(data)
      await rm(data, { recursive: true })
      return ids
    },
  }
}

/**
 * Sends bytes on a connection of their own; what came until it was closed, however that was.
 * @param options.isAll says that no more is coming
 */
export function exchange(port: number, bytes: string | Uint8Array, { isAll = false }: { isAll?: boolean } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (answer += chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
    if (isAll) socket.end(bytes)
    else socket.write(bytes)
  })
}

/** The status of an answer as it came over the wire; undefined where there was none. */
export function statusOf(answer: string): number | undefined {
  const found = /^HTTP\/1\.1 (\d{3})/.exec(answer)
  return found ? Number(found[1]) : undefined
}
