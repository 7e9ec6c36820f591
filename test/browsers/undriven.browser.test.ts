import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { chromiumArgs, chromiumPath } from './chromium.ts'
import { visitWith } from './engines/visitWith.ts'
import { setStage, tagOf } from './stage.ts'

// Playwright switches the back/forward cache and prerendering off, so here nobody drives: what a visitor's browser does.

const stage = setStage()

// Each moment is another state of the queue: the view is made 300 ms after the page, time on page is told from a second on.
test.each([400, 460, 1050, 1310, 1340, 1400, 1600])('edge 18, 26: left after %i ms for a page of the same site, that one runs and is counted', async (delay) => {
  stage.answers['/a'] = leaving('/a', "location.href = '/b'", delay)
  await visit(() => expect.poll(() => stage.hits('pageview').map(({ title }) => title), { timeout: 15_000 }).toEqual(['/a', '/b']))
})

test('edge 18: a page that writes its last hit as it goes comes back from the back/forward cache', async () => {
  stage.answers['/a'] = leaving('/a', "location.href = '/b'", 1400)
  stage.answers['/b'] = leaving('/b', 'history.back()', 600)
  await visit(() =>
    expect
      .poll(() => stage.hits('pageview').map(({ title, navigation }) => [title, navigation]), { timeout: 15_000 })
      .toEqual([
        ['/a', 'navigate'],
        ['/b', 'navigate'],
        ['/a', 'back-forward-cache'],
      ]),
  )
})

test('edge 16: a prerendered page counts when it is shown, once', async () => {
  const rules = JSON.stringify({ prerender: [{ source: 'list', urls: ['/b'], eagerness: 'immediate' }] })
  stage.answers['/a'] = `<script type="speculationrules">${rules}</script>${leaving('/a', "location.href = '/b'", 2500)}`
  stage.answers['/b'] = `<title>/b</title>${tagOf('t.full')}`
  const views = () => stage.hits('pageview').map(({ title, navigation }) => [title, navigation])
  await visit(async () => {
    await expect.poll(views, { timeout: 15_000 }).toHaveLength(2)
    await wait(700)
    expect(views()).toEqual([
      ['/a', 'navigate'],
      ['/b', 'prerender'],
    ])
  })
  const [a, b] = stage.hits('pageview').map(({ timestamp }) => Date.parse(timestamp))
  expect(b! - a!).toBeGreaterThan(2000)
})

/** A page that does something after a while: once, or it would leave again when it is restored. */
function leaving(title: string, action: string, delay: number): string {
  return `<!doctype html><title>${title}</title>${tagOf('t.full')}<script>setTimeout(() => (${action}), ${delay})</script>`
}

/** Has Chromium visit /a, and ends it when `look` has seen what it waits for. */
async function visit(look: () => Promise<unknown>): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'treadlight-cached-'))
  const visit = await visitWith({
    browser: chromiumPath(),
    args: [...chromiumArgs, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, `${stage.collector.url}/a`],
    isContent: /--type=renderer/,
  })
  try {
    await look()
  } finally {
    await visit.kill()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
