import { expect, test } from 'vitest'
import { createMemorySender } from '../../../packages/server/src/senders/memorySender.ts'
import { makePageview } from './makePageview.ts'

test('keeps what is sent, as it was then, in order', async () => {
  const sender = createMemorySender()
  const hits = [makePageview({ title: 'a' }), makePageview({ title: 'b' })]
  for (const hit of hits) await sender.send(hit)
  hits[0]!.title = 'changed'
  expect(sender.hits.map(({ title }) => title)).toEqual(['a', 'b'])
  expect(sender.counts().delivered).toBe(2)
  await sender.close()
  await expect(sender.send(makePageview())).rejects.toThrow('was closed')
})
