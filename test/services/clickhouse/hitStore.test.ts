import { createClickhouseStore } from '@treadlight/store/clickhouse'
import { describe } from 'vitest'
import { testHitStore } from '../../contracts/hitStore.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

describe.skipIf(chdbModules === undefined)('ClickHouse’s engine', () => {
  testHitStore('clickhouse', ({ now }) => createClickhouseStore({ client: openChdb(), database: freshDatabase(), pause: 0, settle: 0, now }))
})
