// `npm run seed`: writes made-up traffic into a collector's storage, to have something to look at.
//
//   npm run seed -- --data ./seeded --days 90 --visits 300
//   TREADLIGHT_STORAGE_BASE=./seeded npm start
import { parseArgs } from 'node:util'
import { ConfigError, loadConfig } from '../packages/collector/src/config.ts'
import { openStore } from '../packages/collector/src/openStore.ts'
import { seedStore } from './seed/seedStore.ts'

const usage = 'npm run seed -- [--data ./data] [--days 90] [--visits 300] [--site default] [--force]'

try {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      days: { type: 'string', default: '90' },
      visits: { type: 'string', default: '300' },
      site: { type: 'string' },
      force: { type: 'boolean', default: false },
    },
  })
  const config = await loadConfig({ flags: values.data === undefined ? {} : { 'storage.base': values.data } })
  const { store, close } = await openStore(config)
  try {
    const count = await seedStore(store, {
      site: values.site ?? config.site,
      timezone: config.timezone,
      days: wholeNumber('days', values.days, 4000),
      visits: wholeNumber('visits', values.visits, 1_000_000),
      now: Date.now(),
      force: values.force,
    })
    const { anonymous } = config.retention
    if (Number(values.days) > anonymous)
      console.error(`seed: a collector keeps ${anonymous} days by default and deletes the others: start it with TREADLIGHT_RETENTION_ANONYMOUS=${values.days}`)
    console.log(`seed: ${count.toLocaleString('en')} hits of ${values.days} days`)
  } finally {
    await close()
  }
} catch (error) {
  const known = error instanceof ConfigError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  console.error(known ? `seed: ${(error as Error).message}\n${usage}` : error)
  process.exitCode = 1
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > most) throw new ConfigError(`--${name} ${text}: must be a whole number from 1 to ${most}`)
  return number
}
