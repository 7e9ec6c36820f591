import { addHit, guard, listen, view, whenViewEnds } from './page.ts'

/** A sign of life is worth a minute: who reads without touching anything for longer may have left the room, and a laptop may have slept. */
export const idleAfter = 6e4

/**
 * Measures engaged time (ms, while the page is visible, focused and not idle) and scroll depth (% of the page)
 * of each view, as running totals: a lost or repeated one costs nothing. Reported as the page is hidden, as the view ends,
 * and every so often.
 *
 * @param seconds between reports; 60 where it is no number or 0
 * @param idle ms after which an untouched page no longer counts
 */
export function measureEngagement(seconds: number | string | undefined, idle: number): void {
  let engaged = 0
  let pixels = 0
  let height: number | undefined
  /** What was said last; there is nothing to say before the first view. */
  let reported: number | undefined
  let last = 0
  /** 1 or 0: whether time counts. */
  let isActive = 0

  const total = (): number => engaged + isActive * Math.min(performance.now() - last, idle)

  const mark = (): void => {
    engaged = total()
    last = performance.now()
    isActive = +(!document.hidden && document.hasFocus())
  }

  const report = (): void => {
    // A second more, or it is not worth a hit.
    if (total() > reported! + 999) {
      addHit({
        type: 'engagement',
        view: view!.id,
        engaged: (reported = total()),
        scroll: (pixels / height!) * 100 || undefined,
      })
    }
  }

  setInterval(guard(report), (seconds as number) * 1e3 || 6e4)
  listen('visibilitychange focus blur scroll keydown click popstate', () => {
    // Not as a view ends: by then the page has often changed, and it would cost a layout.
    pixels = Math.max(pixels, scrollY + innerHeight)
    height = document.documentElement.scrollHeight
    mark()
    if (document.hidden) report()
  })
  whenViewEnds(() => {
    report()
    mark()
    engaged = reported = pixels = 0
  })
}
