import { expect, test } from 'vitest'
import { setStage, tagOf } from './stage.ts'

const stage = setStage({ head: '' })

// Where a document is gone all requests fail at once, and there are no timers that could wait: whoever tries again does so for ever.
test.each(['headers', 'nothing'])('edge 18, 26: an iframe that is removed while a hit is on its way (answered: %s) does not hang the page around it', async (answered) => {
  stage.answers['/framed'] = `<!doctype html><title>framed</title>${tagOf('t').replace('data-ignore="iframe"', 'data-ignore=""')}`
  stage.body = '<iframe src="/framed"></iframe>'
  let isSent = false
  stage.collector.fault = ({ response, store }) => {
    store()
    isSent = true
    // The answer's body never comes: reading it fails as the document goes.
    if (answered === 'headers') response.writeHead(201, { 'x-hit': String(Date.now()) }).flushHeaders()
  }
  const page = await stage.open()
  await expect.poll(() => isSent).toBe(true)
  // Until the page has the headers.
  await page.waitForTimeout(200)
  await page.evaluate(() => document.querySelector('iframe')!.remove())
  const alive = page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve('alive'), 100)))
  // A page that hangs is closed before it can answer.
  alive.catch(() => {})
  expect(await Promise.race([alive, new Promise((resolve) => setTimeout(() => resolve('hangs'), 5000))])).toBe('alive')
})
