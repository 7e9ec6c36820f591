import axe from 'axe-core'
import type { Page } from './stage.ts'

const schemes = [
  ['light', 'wide', 1280],
  ['dark', 'wide', 1280],
  ['light', 'phone', 360],
  ['dark', 'phone', 360],
] as const

/** What axe finds wrong, a line each. Its source is evaluated, which the page's policy does not forbid; nothing else of it is bypassed. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }))
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`))
}

/** The same in each scheme and width; the page is left on a phone in the dark. */
export async function violationsOfAll(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const [colorScheme, name, width] of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    for (const line of await violations(page)) found.push(`${colorScheme}, ${name}: ${line}`)
  }
  return found
}
