import { createTracking, trackHandler } from '@treadlight/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createRecordingSender } from './recordingSender.ts'

test('a page whose title does not come is counted after 5 s, and its source is told that the visitor has gone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const sender = createRecordingSender()
  const cancel = vi.fn()
  const answer = (): Response => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('<!-- soon -->')), cancel })
    return new Response(body, { headers: { 'content-type': 'text/html' } })
  }
  const response = await trackHandler(createTracking({ sender }), answer)(new Request('https://shop.example/', { headers: { accept: 'text/html' } }))
  const reader = response.body!.getReader()
  await reader.read()
  const gone = reader.cancel()
  await vi.advanceTimersByTimeAsync(4999)
  expect(cancel).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await gone
  expect(cancel).toHaveBeenCalledOnce()
  expect((await sender.arrived(1))[0]!.title).toBe('')
})
