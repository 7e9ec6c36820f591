import { createNdjsonStore } from '@treadlight/store'
import { join } from 'node:path'
import { testPortable } from '../../contracts/portable.ts'
import { createTemporaryDirectory } from '../temporaryDirectory.ts'

testPortable('PT18 ndjson', async ({ now }) => createNdjsonStore({ path: join(await createTemporaryDirectory(), 'hits.ndjson'), sync: false, now }))
