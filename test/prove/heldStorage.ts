import type { AppendDriver } from '@treadlight/store'
import { createStorage, type Driver, type Storage } from 'unstorage'

/** A call that waits: until it is let go, or for ever, as that of a process that was killed. */
interface HeldCall {
  /** Resolves when it waits. */
  readonly reached: Promise<void>
  release(): void
}

/** One process' way to a storage that others use as well, on which single calls can be held up. */
export interface HeldStorage {
  storage: Storage
  /**
   * Holds up the next such call, before or after it has happened.
   * @param call as in `write shop:manifest:`
   */
  hold(call: string, when?: 'before' | 'after'): HeldCall
}

const names = { hasItem: 'has', getItemRaw: 'read', setItemRaw: 'write', append: 'append', prepare: 'make', removeItem: 'remove', getKeys: 'list', getMeta: 'size' } as const

interface Hold {
  call: string
  when: 'before' | 'after'
  reach: () => void
  released: Promise<void>
}

export function createHeldStorage(shared: Storage): HeldStorage {
  const holds = new Set<Hold>()
  const { driver } = shared.getMount('')
  const held = { ...driver } as Driver & Partial<AppendDriver>
  for (const name of Object.keys(names) as (keyof typeof names)[]) {
    const act = held[name] as ((...args: unknown[]) => unknown) | undefined
    if (act !== undefined) Object.assign(held, { [name]: (...args: unknown[]) => run(`${names[name]} ${String(args[0])}`, () => act(...args)) })
  }
  return {
    storage: createStorage({ driver: held }),
    hold(call, when = 'before') {
      let [reach, release] = [() => {}, () => {}]
      const reached = new Promise<void>((resolve) => (reach = resolve))
      const released = new Promise<void>((resolve) => (release = resolve))
      holds.add({ call, when, reach, released })
      return { reached, release }
    },
  }

  async function run(call: string, act: () => unknown): Promise<unknown> {
    await waitFor(call, 'before')
    const answer = await act()
    await waitFor(call, 'after')
    return answer
  }

  async function waitFor(call: string, when: Hold['when']): Promise<void> {
    const hold = [...holds].find((each) => each.when === when && call.startsWith(each.call))
    if (hold === undefined) return
    holds.delete(hold)
    hold.reach()
    await hold.released
  }
}
