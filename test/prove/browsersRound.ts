import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineName } from '../../scripts/engines.ts'
import type { DrivenBrowser, Engine } from '../browsers/engines/engine.ts'
import { startEngine } from '../browsers/engines/startEngine.ts'
import { logIn, startCollector, type CollectorProcess } from '../process/collectorProcess.ts'
import { browserCases, type BrowserCaseName } from './browsersCases.ts'
import { judgeScenes, type CaseOutcome, type Stored } from './browsersJudge.ts'
import { createScene, type Scene, type SceneOptions } from './browsersScene.ts'
import { readIds } from './readIds.ts'

export interface RoundOptions extends Pick<SceneOptions, 'random' | 'tracker' | 'patience'> {
  engine: EngineName
  cases: readonly BrowserCaseName[]
}

export interface RoundOutcome {
  cases: CaseOutcome[]
  /** Hits in the store. */
  stored: number
  lost: number
  twice: number
  serverErrors: number
  /** What was wrong beside the cases. */
  remarks: string[]
}

/** Longer than any case takes, ms: then it is the driver or the browser that is stuck. */
const caseLimit = 240_000

/** Each case once in one engine, with one collector, whose store is read when all is over. */
export async function roundOfBrowsers(options: RoundOptions): Promise<RoundOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-browsers-'))
  const data = join(folder, 'data')
  const [collector, engine] = await Promise.all([startCollector({ data }), startEngine(options.engine)])
  try {
    const scenes = await playAll(options, engine, collector, folder)
    const serverErrors = countServerErrors([...scenes.values()])
    const counted = await countStored(collector)
    const code = await collector.stop()
    const outcome = judgeScenes(scenes, { ids: await readIds(data), ...counted })
    return { ...outcome, serverErrors: serverErrors + (code === 0 ? 0 : 1) }
  } finally {
    await Promise.all([engine.stop(), collector.stop('SIGKILL')])
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function playAll(
  { cases, random, tracker, patience }: RoundOptions,
  engine: Engine,
  { url }: CollectorProcess,
  folder: string,
): Promise<Map<BrowserCaseName, Scene>> {
  const scenes = new Map<BrowserCaseName, Scene>()
  let browser: DrivenBrowser | undefined
  try {
    browser = await engine.launch()
    for (const name of cases) {
      const profile = await mkdtemp(join(folder, 'profile-'))
      const scene = await createScene({ engine, browser, collector: url, profile, random, tracker, patience })
      scenes.set(name, scene)
      await withinLimit(`${engine.name}, ${name}`, play(name, scene))
    }
  } finally {
    await browser?.close()
  }
  return scenes
}

async function play(name: BrowserCaseName, scene: Scene): Promise<void> {
  await browserCases[name](scene)
  await scene.end()
}

async function withinLimit(name: string, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} is stuck`)), caseLimit)
  })
  try {
    await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** As the dashboard counts. */
async function countStored({ url, password }: CollectorProcess): Promise<Pick<Stored, 'hits' | 'pageviews'>> {
  const query = await logIn(url, password!)
  const { results } = await query({ metrics: ['events', 'pageviews'], date_range: 'all' })
  const [hits, pageviews] = results[0]!.metrics
  return { hits: hits!, pageviews: pageviews! }
}

function countServerErrors(scenes: readonly Scene[]): number {
  const statuses = scenes.flatMap(({ proxy }) => proxy.exchanges.map(({ status }) => status ?? 0))
  return statuses.filter((status) => status >= 500).length
}
