import { describe, expect, test } from 'vitest'
import { setStage, tagOf, trackEnd } from './stage.ts'

// What the tracker costs a page as it starts.

const stage = setStage()

describe.each(['t', 't.full'] as const)('%s.js', (name) => {
  test('reads nothing that needs the layout before anything happens nor as a route changes, and blocks nobody', async () => {
    stage.head = tagOf(name)
    await stage.context.addInitScript(() => {
      const reads: string[] = []
      const longTasks: number[] = []
      Object.assign(globalThis, { reads, longTasks })
      new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
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
})
