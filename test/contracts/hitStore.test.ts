import { createReferenceStore, createStore, openStorage } from '@treadlight/store'
import { onTestFinished } from 'vitest'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { testHitStore } from './hitStore.ts'

testHitStore('reference', async (options) => createReferenceStore(options))

testHitStore('memory', async (options) => createStore({ ...(await openStorage({ driver: 'memory' })), ...options }))

testHitStore('fs', async (options) => {
  const opened = await openStorage({ driver: 'fs', base: await createTemporaryDirectory() })
  onTestFinished(() => opened.storage.dispose())
  return createStore({ ...opened, ...options })
})

// Everything is in segments, and read from them.
testHitStore('memory, compacted', async (options) => {
  const store = await createStore({ ...(await openStorage({ driver: 'memory' })), ...options })
  return {
    ...store,
    async append(hits) {
      const outcomes = await store.append(hits)
      await store.maintain({ force: true })
      return outcomes
    },
  }
})
