import { createId } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { createAccount, createCollectorOn } from '../../prove/fuzzCollector.ts'

// `npm run prove -- fuzz` with the seed 20261126: two million entries of a second were made in one turn of the loop, in which no hit was answered.
test('a download of entries by the second leaves others their turn before its first row', async () => {
  const now = Date.now()
  const collector = await createCollectorOn(await createAccount(), now, () => {})
  const input = { headers: [['content-type', 'application/json']] as [string, string][], ip: '203.0.113.9', isOwner: false, body: undefined }
  const hits = Array.from({ length: 8 }, (_, index) => ({ id: createId(), view: createId(), type: 'engagement', url: `https://a.example/${index}`, title: '', referrer: '', timestamp: new Date(now - 1000).toISOString(), engaged: 86_400_000 }))
  expect(await collector.send({ ...input, method: 'POST', path: '/hit', body: JSON.stringify({ hits }) })).toBe(201)
  let turns = 0
  let isOver = false
  const count = (): void => {
    turns++
    if (!isOver) setImmediate(count)
  }
  const asked = collector.send({ ...input, method: 'GET', path: '/api/visits?site_id=default&date_range=30d&username=nobody&interval=1&format=csv', isOwner: true })
  setImmediate(count)
  expect(await asked).toBe(200)
  isOver = true
  expect(turns).toBeGreaterThanOrEqual(hits.length - 1)
  await collector.close()
}, 60_000)
