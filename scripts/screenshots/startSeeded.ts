import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve as listen } from 'srvx'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { openStore } from '../../packages/collector/src/openStore.ts'
import { seedStore } from '../seed/seedStore.ts'

/** A collector to take pictures of. */
export interface SeededCollector {
  /** Ends in a slash. */
  url: string
  password: string
  close(): Promise<void>
}

export interface SeedTime {
  /** ms since 1970: where the collector's clock stands still. */
  now: number
  timezone: string
  /** 0 for a collector that nobody has visited yet. */
  days: number
}

/** Starts one over a temporary folder, with made-up traffic. */
export async function startSeeded({ now, timezone, days }: SeedTime): Promise<SeededCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-'))
  const config = await loadConfig({ env: { TREADLIGHT_TIMEZONE: timezone, TREADLIGHT_STORAGE_BASE: join(folder, 'data'), TREADLIGHT_STORAGE_SYNC: 'false' }, folder })
  const { store, values, close } = await openStore(config)
  if (days > 0) await seedStore(store, { site: 'default', timezone, days, visits: 300, now })
  const collector = createCollector({ store, values, timezone, now: () => now, isLocal: true })
  const password = (await collector.users.setUp())!
  const server = listen({ hostname: '127.0.0.1', port: 0, silent: true, gracefulShutdown: false, fetch: collector.fetch })
  await server.ready()
  return {
    url: new URL('/', server.url!).href,
    password,
    async close() {
      await server.close(true)
      await collector.flush()
      await close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
