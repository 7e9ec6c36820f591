import { addHit, guard, listen, view, whenViewEnds } from './page.ts'

/** A sign of life is worth a minute: who reads without touching anything for longer may have left the room, and a laptop may have slept. */
const idleAfter = 6e4

/**
 * Measures engaged time (ms, while the page is visible, focused and not idle) and scroll depth (% of the page)
 * of each view, as running totals: a lost or repeated one costs nothing. Reported every `seconds`, as the page
 * is hidden and as the view ends.
 */
export function measureEngagement(seconds: number | string = 60, idle: number = idleAfter): void {
  let engaged = 0
  let pixels = 0
  /** What was said last; there is nothing to say before the first view. */
  let reported: number | undefined
  let last = 0
  /** Whether time counts. */
  let isActive = false

  /** Engaged time until now; takes note of how far the page is scrolled, but not at the start, when that would cost a layout. */
  const total = (): number => {
    if (!isActive) return engaged
    pixels = Math.max(pixels, scrollY + innerHeight)
    return engaged + Math.min(performance.now() - last, idle)
  }

  const mark = (): void => {
    engaged = total()
    last = performance.now()
    isActive = !document.hidden && document.hasFocus()
  }

  const report = (): void => {
    // A second more, or it is not worth a hit.
    if (total() > reported! + 999) {
      addHit({
        type: 'engagement',
        view: view!.id,
        engaged: (reported = total()),
        scroll: (pixels / document.documentElement.scrollHeight) * 100,
      })
    }
  }

  setInterval(guard(report), (seconds as number) * 1e3)
  listen('visibilitychange focus blur scroll keydown click', () => {
    mark()
    if (document.hidden) report()
  })
  whenViewEnds(() => {
    report()
    mark()
    engaged = reported = pixels = 0
  })
}
