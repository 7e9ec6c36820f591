import { createFsDriver } from '@treadlight/store'
import memoryDriver from 'unstorage/drivers/memory'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { testDriver } from './driver.ts'

testDriver('memory', async () => memoryDriver(), { exclusive: false, parts: false })
testDriver('fs', async () => createFsDriver({ base: await createTemporaryDirectory(), sync: false }))
testDriver('fs, synced', async () => createFsDriver({ base: await createTemporaryDirectory() }))
