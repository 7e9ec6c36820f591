import { createReferenceStore, createValues, type PruneReport } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createTokens } from '../../packages/collector/src/admin/tokens.ts'
import type { CollectorOptions } from '../../packages/collector/src/collector.ts'
import { createTestCollector, noon, type TestCollector } from './collector.ts'
import { hitOf } from './runCli.ts'

const day = 86_400_000

async function open(options: Partial<CollectorOptions> = {}): Promise<TestCollector & { run: (task: string) => Promise<[number, unknown]> }> {
  const values = createValues(createStorage())
  const { token } = await createTokens(values, () => 0).create('cron', ['tasks'])
  const test_ = createTestCollector({ values, ...options })
  return {
    ...test_,
    async run(task) {
      const response = await test_.request(`/api/tasks/${task}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
      return [response.status, await response.json()]
    },
  }
}
const aged = (age: number, fields = {}) => ({ ...hitOf(0, fields), time: noon - age * day, received: noon, day: new Date(noon - age * day).toISOString().slice(0, 10) })

describe('POST /api/tasks/prune', () => {
  test('PV22 deletes by the settings’ retention and says so in the sentence of the chore; a dry run deletes nothing', async () => {
    const store = createReferenceStore({ now: () => noon })
    await store.append([aged(8), aged(9), aged(8, { user: 'ada' }), aged(31, { user: 'ada' }), aged(8, { type: 'event', name: 'x' }), aged(1)])
    const { run, stored } = await open({ store, retention: { anonymous: 7 * day, authenticated: 30 * day } })
    const report = { anonymous: 2, authenticated: 1, others: 1 }
    const sentence = '2 anonymous pageviews deleted, 1 authenticated pageviews deleted\n1 of their events and engagement reports deleted'
    for (const dryRun of ['1', 'true']) {
      expect(await run(`prune?dryRun=${dryRun}`)).toEqual([200, { ...report, dryRun: true, sentence: sentence.replaceAll('deleted', 'would be deleted') }])
    }
    expect(await stored()).toHaveLength(6)
    expect(await run('prune')).toEqual([200, { ...report, dryRun: false, sentence }])
    expect(await stored()).toHaveLength(2)
    expect(await run('prune?dryRun=0')).toMatchObject([200, { anonymous: 0, sentence: '0 anonymous pageviews deleted, 0 authenticated pageviews deleted' }])
  })

  test.each(['dryrun=1', 'dryRun=yes', 'dryRun', 'dry-run=1', 'dryRun=0&dryRun=1', 'dryRun=0&x=1'])('what may be a mistyped dry run (%s) deletes nothing', async (query) => {
    const store = createReferenceStore({ now: () => noon })
    await store.append([aged(400)])
    const { run, stored } = await open({ store })
    expect(await run(`prune?${query}`)).toMatchObject([400, { error: expect.stringContaining('dryRun') }])
    expect(await stored()).toHaveLength(1)
  })

  test('a clock that is not believed deletes nothing, whoever asks; a dry run may look', async () => {
    const store = createReferenceStore({ now: () => noon })
    await store.append([aged(400)])
    const { run, stored, collector } = await open({ store, doubtClock: () => 'nothing is pruned: the clock is odd' })
    expect(await run('prune')).toEqual([503, { error: 'nothing is pruned: the clock is odd' }])
    await expect(collector.prune()).rejects.toThrow('the clock is odd')
    expect(await run('prune?dryRun=1')).toMatchObject([200, { anonymous: 1 }])
    expect(await stored()).toHaveLength(1)
  })
})

test('POST /api/tasks/maintain answers what upkeep has done', async () => {
  const { run } = await open()
  expect(await run('maintain')).toEqual([200, { compacted: 0, rewritten: 0, deleted: 0 }])
})

test('one at a time: a second is told to come back, also after the first has failed', async () => {
  let finish: (report: PruneReport) => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const prune = () => new Promise<PruneReport>((resolve, reject) => ([finish, fail] = [resolve, reject]))
  const { run, errors } = await open({ store: { ...createReferenceStore(), prune } })
  for (const end of [() => fail(new Error('disk')), () => finish({ anonymous: 0, authenticated: 0, others: 0 })]) {
    const first = run('prune')
    await new Promise((resolve) => setTimeout(resolve, 5))
    for (const task of ['prune', 'prune?dryRun=1', 'maintain']) expect(await run(task)).toEqual([409, { error: 'The task prune is running: try again when it is done' }])
    end()
    await first
  }
  expect(await run('maintain')).toMatchObject([200, {}])
  expect(errors).toEqual([new Error('disk')])
})
