import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { hasEngine } from '../../scripts/engines.ts'
import { startSeeded } from '../../scripts/screenshots/startSeeded.ts'
import type { DrivenPage } from '../browsers/engines/engine.ts'
import { startEngine } from '../browsers/engines/startEngine.ts'

// Chromium has all the other tests of the page; here is what may differ: modules, dialogs, streams, number formats.
for (const name of ['firefox', 'webkit'] as const)
  test.skipIf(!hasEngine(name))(`${name} shows the numbers of every panel, filters by a row, opens a list and comes back`, { timeout: 90_000 }, async () => {
    const collector = await startSeeded({ now: Date.now(), timezone: 'UTC', days: 5 })
    const engine = await startEngine(name)
    const browser = await engine.launch()
    try {
      const page = await browser.open(`${collector.url}dashboard/`)
      await page.evaluate(`fetch('../api/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify({ password: collector.password }))} }).then(({ status }) => status)`)
      await page.goto(`${collector.url}dashboard/?period=7d`)
      await until(page, `document.querySelectorAll('.panel tbody tr').length > 20 && !document.querySelector('.is-pending')`)
      const all = await page.evaluate<string>(`document.querySelector('.number-value').textContent`)
      expect(await page.evaluate(`document.querySelectorAll('.panel').length`)).toBe(5)
      expect(await page.evaluate(`document.querySelectorAll('svg.map path, .map path').length > 100`)).toBe(true)

      await page.evaluate(`document.querySelector('section[aria-label="Sources"] .row-name').click()`)
      await until(page, `document.querySelector('.number-value').textContent !== ${JSON.stringify(all)} && !document.querySelector('.is-stale')`)
      expect(await page.evaluate(`location.search`)).toContain('f=is,visit:source,')

      await page.evaluate(`[...document.querySelectorAll('section[aria-label="Top pages"] .panel-footer button')].at(-1).click()`)
      await until(page, `document.querySelectorAll('dialog[open] tbody tr').length > 9`)
      await page.evaluate(`history.back()`)
      await until(page, `!document.querySelector('dialog[open]')`)
      await page.evaluate(`history.back()`)
      await until(page, `document.querySelector('.number-value').textContent === ${JSON.stringify(all)}`)
    } finally {
      await browser.close()
      await engine.stop()
      await collector.close()
    }
  })

async function until(page: DrivenPage, condition: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await page.evaluate<boolean>(`Boolean(${condition})`)); await wait(100)) {
    if (Date.now() > deadline) throw new Error(`It never came to: ${condition}`)
  }
}
