import { createClickhouseStore } from '@treadlight/store/clickhouse'
import { describe } from 'vitest'
import { testPortable } from '../../contracts/portable.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

describe.skipIf(chdbModules === undefined)('ClickHouse’s engine', () => {
  testPortable('clickhouse', ({ now }) => createClickhouseStore({ client: openChdb(), database: freshDatabase(), pause: 0, settle: 0, now }), Number(process.env['CLICKHOUSE_HISTORIES'] ?? 1))
})
