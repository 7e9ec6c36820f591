import { createReferenceStore, createStore, openStorage } from '@treadlight/store'
import { onTestFinished } from 'vitest'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { testHitStore } from './hitStore.ts'

testHitStore('reference', async (options) => createReferenceStore(options))

testHitStore('memory', async (options) => createStore({ ...openStorage({ driver: 'memory' }), ...options }))

testHitStore('fs', async (options) => {
  const opened = openStorage({ driver: 'fs', base: await createTemporaryDirectory() })
  onTestFinished(() => opened.storage.dispose())
  return createStore({ ...opened, ...options })
})
