import { createId } from '@treadlight/protocol'
import { describe, expect, test } from 'vitest'
import { createTestCollector, noon } from './collector.ts'

describe('GET /hit?hit=', () => {
  test('AR08: an image answers, and the hit is stored, once however often it comes', async () => {
    const { request, stored } = createTestCollector()
    const hit = { id: createId(noon), url: 'https://shop.example/', title: 'Shop', referrer: '' }
    for (let time = 0; time < 2; time++) {
      const response = await request(`/hit?hit=${encodeURIComponent(JSON.stringify(hit))}`)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('image/gif')
      expect(response.headers.get('x-hit')).toBe(String(noon))
      expect(await response.text()).toMatch(/^GIF89a/)
    }
    expect(await stored()).toMatchObject([{ id: hit.id, title: 'Shop' }])
  })

  test('what will never be understood is an image too, so that nobody sends it again', async () => {
    const { request, stored } = createTestCollector()
    expect((await request('/hit?hit=%7B')).headers.get('content-type')).toBe('image/gif')
    expect(await stored()).toEqual([])
  })

  test('without a hit it is no pixel', async () => {
    expect((await createTestCollector().request('/hit')).status).toBe(405)
  })
})
