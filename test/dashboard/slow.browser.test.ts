import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { onPage, visit } from './onPage.ts'
import { setDashboardStage } from './stage.ts'

const stage = setDashboardStage()
const { value, row, rows } = onPage(stage)

const isQuestion = (request: Request) => request.url.includes('/api/v2/query')
const twoVisits = () => stage.append([...visit('ada', ['/a'], { source: 'Google' }), ...visit('ben', ['/b'])])

test('on a busy site the headline goes with every hit, and all else as one looks', async () => {
  await twoVisits()
  await stage.open()
  await rows('Top pages').first().waitFor()
  await stage.page.getByText('2 people now').waitFor()
  await stage.quiet()
  const [before, started] = [stage.answered.length, Date.now()]
  for (let hit = 0; hit < 20; hit += 1) {
    await stage.append(visit(`visitor ${hit}`, ['/busy'], { time: Date.now() }))
    await sleep(200)
  }
  await value('Visitors').getByText('22', { exact: true }).waitFor()
  // The headline's question for each hit at most, and those of the five lists and the chart every 0.7 s.
  const rounds = 2 + (Date.now() - started) / 700
  expect(stage.answered.length - before).toBeLessThan(21 + 6 * rounds)
  await row('Top pages', '/busy').waitFor()
})

test('answers in another order: the page shows what was asked for last', async () => {
  await twoVisits()
  const page = await stage.open()
  await row('Top pages', '/b').waitFor()
  // Those to the first question come long after those to the second.
  let asked = 0
  stage.intercept = async (request) => {
    if (isQuestion(request)) await sleep(asked++ < 5 ? 1200 : 50)
    return undefined
  }
  await row('Sources', 'Google').click()
  await page.locator('.is-stale').first().waitFor()
  await row('Top pages', '/b').click()
  await page.goBack()
  await row('Top pages', '/b').waitFor({ state: 'detached' })
  await sleep(1500)
  expect(await value('Visitors').textContent()).toBe('1')
  expect(await rows('Top pages').count()).toBe(1)
  expect(await page.locator('.is-stale').count()).toBe(0)
})

test('where one answer is a fault and another one a refusal, only those parts say so, and both come back', async () => {
  await twoVisits()
  let isBroken = true
  let refusals = 0
  stage.intercept = async (request) => {
    if (!isQuestion(request)) return undefined
    const question = await request.clone().text()
    if (isBroken && question.includes('"visit:source"')) return Response.json({ error: 'Broken' }, { status: 500 })
    if (!question.includes('"visit:browser"') || refusals++ > 0) return undefined
    return Response.json({ error: 'Too many' }, { status: 429, headers: { 'retry-after': '1' } })
  }
  const page = await stage.open()
  await page.getByText('Broken').waitFor()
  await page.getByText('Too many').waitFor()
  await page.getByText('Too many').waitFor({ state: 'detached' })
  expect(await page.getByRole('alert').count()).toBe(1)
  isBroken = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Broken').waitFor({ state: 'detached' })
  expect(await value('Visitors').textContent()).toBe('2')
})
