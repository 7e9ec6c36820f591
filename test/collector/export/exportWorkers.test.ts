import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { ExportJob } from '../../../packages/collector/src/export/exportJobs.ts'
import { startCollector } from '../../process/collectorProcess.ts'
import { fillFolder, hitOf } from '../runCli.ts'
import { readCsvRows } from './readExport.ts'

test('with several workers any of them exports, and each tells of all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-workers-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await fillFolder(folder, [hitOf(3), hitOf(4)])
  const { url, password, stop } = await startCollector({ data: folder, env: { TREADLIGHT_WORKERS: '2' } })
  onTestFinished(async () => void (await stop()))
  const login = await fetch(`${url}/api/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password }) })
  const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!
  // Each on a connection of its own, so that it may be another worker's. The second listens a moment after the first.
  await wait(1000)
  const ids = Array.from({ length: 12 }, (_, index) => `job-${index}`)
  for (const id of ids) expect(readCsvRows(await ask(`${url}/api/export?id=${id}`, cookie))).toHaveLength(2)
  for (let round = 0; round < 6; round++) {
    const jobs = JSON.parse((await ask(`${url}/api/exports`, cookie)).toString()) as ExportJob[]
    expect(jobs.map(({ id, rows, state }) => [id, rows, state]).toSorted()).toEqual(ids.map((id) => [id, 2, 'done']).toSorted())
  }
})

function ask(url: string, cookie: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { cookie } }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => resolve(Buffer.concat(pieces)))
      response.on('error', reject)
    }).on('error', reject)
  })
}
