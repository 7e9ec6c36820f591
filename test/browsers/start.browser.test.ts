import { describe, expect, test } from 'vitest'
import { setStage, tagOf, trackEnd } from './stage.ts'

// What the tracker costs a page as it starts.

const stage = setStage()

describe.each(['t', 't.full'] as const)('%s.js', (name) => {
  // Thrice at most: the clock counts also while a busy machine does something else in the middle of a task.
  test('reads nothing that needs the layout before anything happens nor as a route changes, and blocks nobody', { retry: 2 }, async () => {
    stage.head = tagOf(name)
    await stage.context.addInitScript(() => {
      const reads: string[] = []
      const longTasks: number[] = []
      Object.assign(globalThis, { reads, longTasks })
      // Of the script alone: how long a page as such takes depends on what else the machine does.
      new PerformanceObserver((list) => {
        for (const { scripts } of list.getEntries() as unknown as { scripts: { sourceURL: string; duration: number }[] }[])
          longTasks.push(...scripts.filter(({ sourceURL, duration }) => /\/t(\.full)?\.js$/.test(sourceURL) && duration > 50).map(({ duration }) => duration))
      }).observe({ type: 'long-animation-frame' })
      const owners: [object, RegExp][] = [
        [window, /^(scroll[XY]|page[XY]Offset|inner(Width|Height))$/],
        [Element.prototype, /^(client|scroll)(Top|Left|Width|Height)$/],
        [HTMLElement.prototype, /^(offset.*|innerText)$/],
      ]
      for (const [owner, names] of owners)
        for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
          if (!names.test(name) || !descriptor.get) continue
          Object.defineProperty(owner, name, {
            ...descriptor,
            get() {
              reads.push(name)
              return descriptor.get!.call(this)
            },
          })
        }
      for (const [owner, name] of [[Element.prototype, 'getBoundingClientRect'], [window, 'getComputedStyle']] as const) {
        const original = (owner as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!
        Object.assign(owner, {
          [name](...args: unknown[]) {
            reads.push(name)
            return original.apply(this, args)
          },
        })
      }
    })
    const page = await stage.open()
    // Nothing was seen of the page but by the script itself.
    const atStart = await page.evaluate(() => [...(globalThis as unknown as { reads: string[] }).reads])
    // Long enough that its time on page is told.
    await page.waitForTimeout(1100)
    await page.evaluate(() => {
      document.body.append('changed')
      history.pushState(null, '', '/next')
    })
    await trackEnd(page)
    await stage.expectEvents(['end', {}])
    const { reads, longTasks } = await page.evaluate(() => {
      const { reads, longTasks } = globalThis as unknown as { reads: string[]; longTasks: number[] }
      return { reads, longTasks }
    })
    expect({ atStart, reads, longTasks }).toEqual({ atStart: [], reads: [], longTasks: [] })
  })
  test('touches neither storage nor locks nor the network while the page’s scripts wait, and prints nothing', async () => {
    await stage.context.addInitScript(() => {
      const touched: string[] = []
      Object.assign(globalThis, { touched })
      const { localStorage } = Object.getOwnPropertyDescriptors(window)
      Object.defineProperty(window, 'localStorage', { ...localStorage, get: () => (touched.push('localStorage'), localStorage.get!.call(window) as unknown) })
      for (const [owner, name] of [[IDBFactory.prototype, 'open'], [LockManager.prototype, 'request'], [window, 'fetch'], [Navigator.prototype, 'sendBeacon']] as const) {
        const original = (owner as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!
        Object.assign(owner, {
          [name](this: unknown, ...args: unknown[]) {
            touched.push(name)
            return original.apply(this, args)
          },
        })
      }
    })
    // Its load event comes in the task of the script, after its microtasks.
    stage.head = tagOf(name, 'onload="atLoad = [...touched]"')
    const page = await stage.open()
    await expect.poll(() => stage.hits('pageview').length).toBe(1)
    const { atLoad, touched } = await page.evaluate(() => {
      const { atLoad, touched } = globalThis as unknown as { atLoad: string[]; touched: string[] }
      return { atLoad, touched }
    })
    expect(atLoad).toEqual([])
    expect(touched).toEqual(expect.arrayContaining(['localStorage', 'open', 'request', 'fetch']))
    expect(stage.printed).toEqual([])
  })

  test('edge 1: a page that leaves in the task of its scripts is counted', async () => {
    stage.head = tagOf(name, 'onload="if (location.pathname === \'/start\') location.href = \'/next\'"')
    const page = await stage.open()
    await page.waitForURL('**/next')
    await expect.poll(() => stage.hits('pageview').map(({ url }) => new URL(url).pathname), { timeout: 15_000 }).toEqual(['/start', '/next'])
    expect(stage.observed.errors).toEqual([])
  })
})
