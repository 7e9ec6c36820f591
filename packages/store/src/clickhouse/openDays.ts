import { dropOpenRows, mostFacts, noteBuilds, stateOf, writeBuilds, type DayBuild } from './builds.ts'
import type { SqlClient } from './client.ts'
import type { ResolvedClickhouseOptions } from './options.ts'
import type { SchemaPlace } from './schema.ts'

/** Derived rows of days that go on. */
export interface OpenDays {
  /**
   * Derives days of which there is no build, if that is worth it: of days that stay as they are for all who ask until something comes,
   * else for those who ask now.
   * @param sharing how many ask now
   * @returns undefined where each had better derive them for itself
   */
  derive(site: string, states: readonly DayBuild[], sharing: number): Promise<OpenBuilds | undefined>
  /** Resolves when nothing of this process is on its way. */
  settled(): Promise<void>
}

interface OpenBuilds {
  builds: readonly DayBuild[]
  /** Says that nobody here reads them any more. */
  release(): void
}

type Settings = Pick<ResolvedClickhouseOptions, 'now' | 'grace' | 'settle' | 'readOnly'>

/** Builds of a site that are kept are at least so many times `settle` apart. */
const rest = 5
/** More days than anybody looks at: what was noted of them is forgotten. */
const mostNoted = 10_000

export function createOpenDays(client: SqlClient, place: SchemaPlace, { now, grace, settle, readOnly }: Settings): OpenDays {
  /** Since when a day is as it is, by the clock of this process. */
  const noted = new Map<string, { state: string; since: number }>()
  const keptAt = new Map<string, number>()
  /** Builds of ours, ms since 1970, by site and day. */
  const kept = new Map<string, { build: string; made: number }[]>()
  const pending = new Set<Promise<void>>()

  return {
    async derive(site, states, sharing) {
      const clock = performance.now()
      const isSettled = note(site, states, clock)
      if (readOnly || states.reduce((sum, { inserted }) => sum + Number(inserted), 0) > mostFacts) return undefined
      const isKept = isSettled && clock - (keptAt.get(site) ?? -Infinity) >= rest * settle
      if (!isKept && sharing === 1) return undefined
      const made = now()
      if (isKept) keptAt.set(site, clock)
      const builds = await writeBuilds(client, place.tables, 'openRows', { site, states, now: made })
      if (!isKept) return { builds, release: () => drop(builds.map(({ build }) => build)) }
      await noteBuilds(client, place.tables, site, builds, made)
      drop(builds.flatMap(({ home, build }) => replaced(`${site} ${home}`, build, made)))
      return { builds, release() {} }
    },
    async settled() {
      await Promise.all(pending)
    },
  }

  /** Whether all are as they were for long enough: by then the server shows whatever it has counted. */
  function note(site: string, states: readonly DayBuild[], clock: number): boolean {
    if (noted.size > mostNoted) noted.clear()
    let isSettled = true
    for (const each of states) {
      const [name, state] = [`${site} ${each.home}`, stateOf(each)]
      const known = noted.get(name)
      const since = known?.state === state ? known.since : clock
      noted.set(name, { state, since })
      if (clock - since < settle) isSettled = false
    }
    return isSettled
  }

  /** What nobody reads any more of the builds of a day that was built again. */
  function replaced(name: string, build: string, made: number): string[] {
    const before = kept.get(name) ?? []
    kept.set(name, [...before.filter((each) => each.made >= made - grace), { build, made }])
    return before.filter((each) => each.made < made - grace).map((each) => each.build)
  }

  /** Upkeep does what fails. */
  function drop(builds: readonly string[]): void {
    const done = dropOpenRows(client, place, builds).catch(() => undefined).finally(() => pending.delete(done))
    pending.add(done)
  }
}
