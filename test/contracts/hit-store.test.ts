import { createReferenceStore, createStore, openStorage } from '@treadlight/store'
import { createTemporaryDirectory } from '../store/temporary-directory.ts'
import { testHitStore } from './hit-store.ts'

testHitStore('reference', async (options) => createReferenceStore(options))

testHitStore('memory', async (options) => createStore({ ...openStorage({ driver: 'memory' }), ...options }))

testHitStore('fs', async (options) => createStore({ ...openStorage({ driver: 'fs', base: await createTemporaryDirectory() }), ...options }))
