import { expect, test } from 'vitest'
import { makeHit } from '../store/makeHit.ts'
import { setDashboardStage } from './stage.ts'

const stage = setDashboardStage()

test('the numbers of the panels are those of the reference store', async () => {
  const time = Date.now() - 60_000
  await stage.append(['/', '/pricing', '/pricing'].map((path, index) => makeHit({ site: 'default', path, visitor: `v${index}`, time: time + index })))
  const page = await stage.open('?period=day')
  const rows = page.getByRole('region', { name: 'Top pages' }).locator('tbody tr')
  await rows.first().waitFor()
  const { rows: expected } = await (await stage.reference()).query({ site: 'default', timezone: 'UTC', range: { from: time - 1000, to: time + 1000 }, metrics: ['visitors'], dimensions: ['event:page'] })
  const shown = await rows.evaluateAll((elements) => elements.map((row) => [row.querySelector('bdi')!.textContent, Number(row.querySelectorAll('td')[1]!.textContent)]))
  expect(shown).toEqual(expected.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]))
})
