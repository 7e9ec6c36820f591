import { idTime } from '@treadlight/protocol'
import { setTimeout as wait } from 'node:timers/promises'
import type { DrivenBrowser, DrivenPage, Engine } from '../browsers/engines/engine.ts'
import { startFaultyProxy, type FaultyProxy, type ProxyFault } from '../browsers/faultyProxy.ts'
import { startProofSite, type ProofSite } from '../browsers/proof/proofSite.ts'
import { nameOfHit, type Told } from '../browsers/proof/told.ts'

/** Where one case happens: a site and a way to the collector of its own, in a browser that other cases use too. */
export interface Scene extends SceneOptions {
  site: ProofSite
  proxy: FaultyProxy
  open(path: string): Promise<DrivenPage>
  /** Whatever happens now to a page that is not driven any more, nobody asks it again. */
  forget(page: DrivenPage): void
  /** Waits until each act has made its hit and all of them are on the device. */
  untilQueued(): Promise<void>
  /** Waits until the fault has met a request. */
  untilMet(fault: ProxyFault): Promise<void>
  /** Pages have gone without warning: of what was made until now, only what was on the device has to arrive. */
  breakOff(): void
  /** When pages have gone so, ms since 1970; 0 before. */
  brokenOff: number
  /** Pages that nobody needs any more were killed: what they have sent last, they may not have told of. */
  cutOff(): void
  /** When pages went without warning, ms since 1970. */
  ends: readonly number[]
  /** Brings the network back and waits until the collector has all that has to arrive and the device nothing of it. */
  settle(): Promise<void>
  /** Hits that have to arrive. */
  required(): Told['made']
  /** Ends tracking in all pages, settles what that has made, and closes them. */
  end(): Promise<void>
}

export interface SceneOptions {
  engine: Engine
  browser: DrivenBrowser
  /** Its URL. */
  collector: string
  /** An empty folder for a browser's profile. */
  profile: string
  random: () => number
  /** The tracker's script. @default the built one */
  tracker?: string | undefined
  /**
   * What takes longer is lost, ms. After one fault a tracker pauses for two seconds, and machines are busy.
   * @default 30_000
   */
  patience?: number | undefined
}

const interval = 100

export async function createScene(options: SceneOptions): Promise<Scene> {
  const { browser, patience = 30_000 } = options
  const proxy = await startFaultyProxy(options.collector)
  const site = await startProofSite(`${proxy.url}/hit`, options.tracker)
  const pages = new Set<DrivenPage>()

  /** Beacons tell it too, unless the browser is offline. */
  async function listen(): Promise<void> {
    for (const page of pages) site.hear(await page.evaluate<Told>('proof.tell()'))
  }

  async function isQueued(): Promise<boolean> {
    await listen()
    const { made, acts, queued } = site.record
    return made.size >= acts.size && [...made.keys()].every((name) => queued.has(name))
  }

  async function isSettled(): Promise<boolean> {
    await listen()
    const { made, acts } = site.record
    const isMade = scene.brokenOff > 0 || countActs([...made.values()]) >= acts.size
    const names = new Set([...proxy.stored].map(nameOfHit))
    return isMade && scene.required().every(({ id }) => names.has(nameOfHit(id))) && (await countQueued()) === 0
  }

  async function countQueued(): Promise<number> {
    const [page] = pages
    if (!page) return 0
    const names = JSON.stringify(scene.required().map(({ id }) => nameOfHit(id)))
    return page.evaluate<number>(`proof.countQueued(${names})`)
  }

  async function comeBack(): Promise<boolean> {
    const isDone = await isSettled()
    if (!isDone) for (const page of pages) await page.evaluate('proof.comeBack()')
    return isDone
  }

  /** Waits for it as long as may be; what is missing then, the oracle says. */
  async function until(isDone: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + patience; Date.now() < deadline; await wait(interval)) if (await isDone()) return
  }

  const scene: Scene = {
    ...options,
    site,
    proxy,
    brokenOff: 0,
    ends: [],
    async open(path) {
      const page = await browser.open(site.url + path)
      pages.add(page)
      return page
    },
    forget: (page) => void pages.delete(page),
    untilQueued: () => until(isQueued),
    untilMet: (fault) => until(async () => fault === 'refuse' || proxy.exchanges.some((exchange) => exchange.fault === fault)),
    breakOff() {
      scene.brokenOff = Date.now()
      scene.cutOff()
    },
    cutOff: () => void (scene.ends = [...scene.ends, Date.now()]),
    async settle() {
      await proxy.meet('pass')
      await until(comeBack)
    },
    required: () => [...site.record.made].flatMap(([name, hit]) => (site.record.queued.has(name) || idTime(hit.id) > scene.brokenOff ? [hit] : [])),
    async end() {
      for (const page of pages) await page.evaluate('proof.stop()')
      await scene.settle()
      await Promise.all([...pages].map((page) => page.close()))
      await Promise.all([site.close(), proxy.close()])
    },
  }
  return scene
}

/** Engagement is made by nothing that a page does. */
function countActs(hits: Told['made']): number {
  return hits.filter(({ type }) => type !== 'engagement').length
}
