import { randomBytes } from 'node:crypto'
import { createStore } from '@treadlight/store'
import { afterAll, beforeAll } from 'vitest'
import { openStorage } from '../../packages/store/src/openStorage.ts'
import { testHitStore } from '../contracts/hitStore.ts'
import { startFakeS3, type FakeS3 } from './fakeS3.ts'

let fake: FakeS3
beforeAll(async () => {
  fake = await startFakeS3()
})
afterAll(() => fake.close())

testHitStore('s3', async (options) => {
  const opened = await openStorage({ driver: 's3', ...fake.account, endpoint: fake.endpoint, prefix: `${randomBytes(6).toString('hex')}/` })
  return createStore({ ...opened, ...options })
})
