import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { onPage, visit } from './onPage.ts'
import { setDashboardStage, type Page } from './stage.ts'

const attack = '<img src=x onerror="window.pwned=1">'
const stage = setDashboardStage()
const { value, number, rows, row } = onPage(stage)

/** Four visitors of today. */
function fourVisits() {
  return stage.append([
    ...visit('ada', ['/', '/pricing'], { source: 'Google', referrer: 'https://google.com/' }),
    ...visit('ben', ['/pricing'], { source: 'Google', referrer: 'javascript:alert(1)' }),
    ...visit('cyd', ['/docs']),
    ...visit('dan', [`/${attack}`], { source: attack, referrer: attack, campaign: attack, medium: attack }),
  ])
}

test('a wrong password says so, the right one opens what the address asked for', async () => {
  await fourVisits()
  const { page } = stage
  await page.goto(`${stage.url}dashboard/?period=7d&metric=visits`)
  await page.getByText('The collector printed the password of admin when it first started').waitFor()
  await page.getByLabel('Password').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('Wrong name or password').waitFor()
  await page.getByLabel('Password').fill(stage.password)
  await page.keyboard.press('Enter')
  await rows('Top pages').first().waitFor()
  expect(await page.getByRole('combobox', { name: 'Period' }).inputValue()).toBe('7d')
  expect(await number('Visits').getAttribute('aria-pressed')).toBe('true')
})

test('an expired log-in asks for the password and keeps the view', async () => {
  await fourVisits()
  const page = await stage.open('?period=this_week')
  await rows('Top pages').first().waitFor()
  await stage.context.clearCookies()
  // Whatever it asks next; at the latest this.
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.getByLabel('Password').fill(stage.password)
  await page.keyboard.press('Enter')
  await rows('Top pages').first().waitFor()
  expect(await page.getByRole('combobox', { name: 'Period' }).inputValue()).toBe('this_week')
})

test('a fault right behind the log-in is said, and the page is there once it is over', async () => {
  await fourVisits()
  const { page } = stage
  await page.goto(`${stage.url}dashboard/`)
  await page.getByLabel('Password').fill(stage.password)
  stage.intercept = (request) => (request.url.includes('/api/sites') ? Response.json({ error: 'The store is away' }, { status: 500 }) : undefined)
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('The store is away').waitFor()
  stage.intercept = undefined
  await page.getByRole('button', { name: 'Try again' }).click()
  await rows('Top pages').first().waitFor()
})

test('logging out, by the menu, asks for the password', async () => {
  await fourVisits()
  const page = await stage.open()
  await page.getByRole('button', { name: 'Menu' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('l')
  await page.keyboard.press('Enter')
  await page.getByLabel('Password').waitFor()
})

test('a menu is left by Escape, and the focus is where it was', async () => {
  await fourVisits()
  const page = await stage.open()
  const button = page.getByRole('button', { name: 'Menu' })
  await button.click()
  await page.keyboard.press('ArrowUp')
  expect(await page.getByRole('menuitem', { name: 'Log out' }).evaluate((element) => element === document.activeElement)).toBe(true)
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
})

test.each([
  ['by the collector’s stream', undefined],
  ['where no stream comes through', 503],
] as const)('a hit is on the page within a second, %s, and nothing else is lost meanwhile', async (_, refusal) => {
  if (refusal) stage.intercept = (request) => (request.url.includes('/api/realtime') ? new Response(null, { status: refusal }) : undefined)
  await fourVisits()
  await stage.open()
  await row('Top pages', '/docs').focus()
  const delays: number[] = []
  for (const visitors of ['5', '6', '7']) {
    const started = Date.now()
    await stage.append(visit(`visitor ${visitors}`, ['/new'], { time: Date.now() }))
    await value('Visitors').getByText(visitors, { exact: true }).waitFor()
    delays.push(Date.now() - started)
  }
  // The middle one: a busy machine may hold up any single one.
  expect(delays.toSorted((a, b) => a - b)[1]).toBeLessThan(1000)
  await row('Top pages', '/new').waitFor()
  expect(await row('Top pages', '/docs').evaluate((element) => element === document.activeElement)).toBe(true)
})

test('with a stream nobody is asked again and again', async () => {
  await fourVisits()
  await stage.open()
  await stage.page.getByText('4 people now').waitFor()
  await stage.quiet()
  const before = stage.answered.length
  await stage.page.waitForTimeout(1500)
  expect(stage.answered.slice(before)).toEqual([])
})

test('a click on a row filters everything, a second one narrows, back returns', async () => {
  await fourVisits()
  const page = await stage.open()
  await row('Sources', 'Google').click()
  await value('Visitors').getByText('2', { exact: true }).waitFor()
  expect(new URL(page.url()).search).toBe('?f=is,visit:source,Google')

  await row('Top pages', '/').click()
  await value('Visitors').getByText('1', { exact: true }).waitFor()
  expect(await page.getByRole('list', { name: 'Filters' }).innerText()).toContain('Page is /')

  await page.goBack()
  await value('Visitors').getByText('2', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove filter: Source' }).click()
  await value('Visitors').getByText('4', { exact: true }).waitFor()
})

test('visitors without a source are filtered by their name', async () => {
  await fourVisits()
  await stage.open()
  await row('Sources', 'Direct / None').click()
  await value('Visitors').getByText('1', { exact: true }).waitFor()
  await row('Top pages', '/docs').waitFor()
})

test('a period without hits says so', async () => {
  await fourVisits()
  const page = await stage.open('?period=2020-01-01,2020-01-31')
  await page.locator('.trend-empty').getByText('No data for this period').waitFor()
  expect(await value('Visitors').textContent()).toBe('0')
})

test('trouble keeps the numbers, says so and heals', async () => {
  await fourVisits()
  const page = await stage.open()
  await rows('Top pages').first().waitFor()
  await page.getByText('4 people now').waitFor()
  // One that is still under way would count the next visitor.
  await stage.quiet()
  stage.intercept = (request) => (request.url.includes('/api/v2/query') ? Response.json({ error: 'The store is away' }, { status: 503 }) : undefined)
  await stage.append(visit('eve', ['/'], { time: Date.now() }))
  await page.getByText('no answer, retrying').waitFor()
  expect(await value('Visitors').textContent()).toBe('4')
  stage.intercept = undefined
  await page.getByText('5 people now').waitFor()
  await value('Visitors').getByText('5', { exact: true }).waitFor()
})

test('too many questions are asked again once the collector says', async () => {
  await fourVisits()
  let refusals = 0
  stage.intercept = (request) => {
    if (!request.url.includes('/api/v2/query') || refusals > 20) return undefined
    refusals += 1
    return Response.json({ error: 'Too many requests' }, { status: 429, headers: { 'retry-after': '2' } })
  }
  const started = Date.now()
  const page = await stage.open()
  await page.getByText('too many questions, waiting').waitFor()
  refusals = 100
  await value('Visitors').getByText('4', { exact: true }).waitFor()
  expect(Date.now() - started).toBeGreaterThan(2000)
})

test('without a network the page says so, and comes back by itself', async () => {
  await fourVisits()
  const page = await stage.open()
  await page.getByText('4 people now').waitFor()
  await stage.context.setOffline(true)
  await page.getByText('offline', { exact: true }).waitFor()
  await stage.context.setOffline(false)
  await page.getByText('4 people now').waitFor()
})

test('a hidden page asks for nothing', async () => {
  await fourVisits()
  const page = await stage.open()
  await rows('Top pages').first().waitFor()
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await stage.quiet()
  const before = stage.answered.length
  await stage.append(visit('eve', ['/'], { time: Date.now() }))
  await page.waitForTimeout(1500)
  expect(stage.answered.slice(before)).toEqual([])
})

test('input 11: what visitors sent is text and nothing else', async () => {
  await fourVisits()
  const page = await stage.open(`?f=${encodeURIComponent(`is,visit:source,${attack}`)}&period=${encodeURIComponent(attack)}`)
  await row('Top pages', `/${attack}`).waitFor()
  expect(await page.getByRole('list', { name: 'Filters' }).innerText()).toContain(attack)
  expect(await page.evaluate(() => [document.images.length, 'pwned' in window])).toEqual([0, false])
})

test('input 10: only web addresses are linked, and they learn nothing', async () => {
  await fourVisits()
  const page = await stage.open('?sources=visit:referrer')
  await row('Sources', 'javascript:alert(1)').waitFor()
  const links = page.getByRole('region', { name: 'Sources' }).getByRole('link')
  expect(await links.count()).toBe(1)
  expect(await links.first().getAttribute('href')).toBe('https://google.com/')
  expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer nofollow')
})

test('the page ends where its content ends, also with the hidden table of a long period', async () => {
  await fourVisits()
  const page = await stage.open()
  for (const period of ['today', '7d', '91d', '12mo', 'all']) {
    await page.goto(`${stage.url}dashboard/?period=${period}`)
    await rows('Top pages').first().waitFor()
    await page.getByRole('table', { name: 'Visitors' }).waitFor()
    const [height, end] = await page.evaluate(() => [document.documentElement.scrollHeight, document.querySelector('footer')!.getBoundingClientRect().bottom + scrollY])
    expect(height! - Math.max(end!, page.viewportSize()!.height), period).toBeLessThan(50)
  }
})

test('the chart is read with arrow keys and as a table', async () => {
  await fourVisits()
  const page = await stage.open('?period=30d')
  const chart = page.getByRole('group', { name: /^Visitors\. / })
  await chart.focus()
  await page.keyboard.press('End')
  expect(await chart.innerText()).toContain('4 visitors')
  expect(await page.getByRole('table', { name: 'Visitors' }).getByRole('row').count()).toBe(31)
})

test('the chart follows the width and the colour scheme', async () => {
  await fourVisits()
  const page = await stage.open()
  const canvas = page.locator('.chart canvas')
  await canvas.waitFor()
  const light = await ink(canvas)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(() => ink(canvas)).not.toBe(light)
  await page.setViewportSize({ width: 360, height: 800 })
  await expect.poll(async () => (await canvas.boundingBox())!.width).toBeLessThan(360)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('text has enough contrast in both schemes', async () => {
  const page = await stage.open()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const contrasts = await contrastsOf(page)
    expect(contrasts).toHaveLength(17)
    expect(contrasts.filter(([, contrast]) => contrast < 4.5), colorScheme).toEqual([])
  }
})

/** Of each colour of text on each ground, by the page's names for them. */
function contrastsOf(page: Page): Promise<[names: string, contrast: number][]> {
  return page.evaluate(() => {
    const rgb = (name: string): number[] => {
      const probe = document.body.appendChild(document.createElement('i'))
      probe.style.color = `var(${name})`
      const channels = getComputedStyle(probe).color.match(/\d+/g)!.map(Number)
      probe.remove()
      return channels
    }
    // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    const luminance = (name: string): number => {
      const [r, g, b] = rgb(name).map((channel) => {
        const share = channel / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
    }
    const contrast = (text: string, ground: string): number => {
      const [dark, light] = [luminance(text), luminance(ground)].sort((a, b) => a - b)
      return (light! + 0.05) / (dark! + 0.05)
    }
    const grounds = ['--ground', '--sheet', '--bar', '--press']
    return ['--ink', '--quiet', '--accent', '--danger']
      .flatMap((text) => grounds.map((ground): [string, number] => [`${text} on ${ground}`, contrast(text, ground)]))
      .concat([['--on-accent on --accent', contrast('--on-accent', '--accent')]])
  })
}

function ink(canvas: Locator): Promise<string> {
  return canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
}

test('a filtered range behind retention says since when all hits are there, an unfiltered one shows what was counted', async () => {
  const noon = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000
  const old = noon - 3 * 86_400_000
  await stage.append([...visit('ada', ['/', '/pricing'], { time: old }), ...visit('ben', ['/'], { time: noon })])
  await stage.store.prune({ anonymous: 3 * 86_400_000, authenticated: 3 * 86_400_000 })
  const page = await stage.open('?period=7d&metric=pageviews')
  await rows('Top pages').first().waitFor()
  expect(await value('Pageviews').textContent()).toBe('3')
  expect(await page.getByText('that retention has left').count()).toBe(0)
  await row('Top pages', '/').click()
  await page.getByText('that retention has left').waitFor()
  const since = new Date(old + 43_200_000).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })
  expect(await page.getByText('that retention has left').textContent()).toContain(`Before ${since}`)
  expect(await value('Pageviews').textContent()).toBe('1')
})

test('imported days are shown and marked; where they cannot answer it is said that they are left out', async () => {
  const day = 86_400_000
  const midnight = Math.floor(Date.now() / day) * day
  const from = midnight - 3 * day
  await stage.append(visit('v1', ['/a']))
  await stage.store.importSums!('default', {
    title: 'export.zip',
    sums: { all: ['visitors', 'visits', 'pageviews'], 'event:page': ['visitors', 'pageviews'] },
    days: [{ day: new Date(from).toISOString().slice(0, 10), from, to: from + day, rows: { all: [['', 41, 50, 90]], 'event:page': [['/a', 40, 80]] } }],
  })
  const page = await stage.open('?period=7d')
  await page.getByText('figures were imported').waitFor()
  expect(await value('Visitors').textContent()).toBe('42')
  expect(await row('Top pages', '/a').count()).toBe(1)
  // The export has said nothing of sources.
  await page.getByRole('region', { name: 'Sources' }).getByText('Imported days are left out').waitFor()
  await row('Top pages', '/a').click()
  await page.getByText('Imported figures until').waitFor()
  expect(await page.getByText('figures were imported').count()).toBe(0)
  expect(await value('Visitors').textContent()).toBe('1')
})
