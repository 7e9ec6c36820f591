// One of several processes that write to one file: node sqliteWriter.ts PATH NAME COUNT
import { Buffer } from 'node:buffer'
import { createStorage } from 'unstorage'
import { createSqliteDriver } from '../../packages/store/src/drivers/sqlite.ts'

const [path = '', name = '', count = ''] = process.argv.slice(2)
const storage = createStorage({ driver: await createSqliteDriver({ path }) })
let won = 0
for (let index = 0; index < Number(count); index++) {
  await storage.setItemRaw(`own:${name}:${index}`, Buffer.from(name))
  won += await storage.setItemRaw(`shared:${index}`, Buffer.from(name)).then(
    () => 1,
    (error: unknown) => {
      if ((error as { code?: string }).code === 'EEXIST') return 0
      throw error
    },
  )
}
await storage.dispose()
console.log(won)
