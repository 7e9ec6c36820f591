import { createStore } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import * as interleavings from './interleavings.ts'

describe('fixed interleavings: nothing is lost, and nobody is told that something is', () => {
  test.each(Object.values(interleavings))('$name', async ({ play }) => {
    expect(await play(createStore)).toBeUndefined()
  })
})
