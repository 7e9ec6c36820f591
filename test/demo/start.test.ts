import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('npm start shows its settings in the dashboard, and where each comes from', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-start-'))
  const script = new URL('../../scripts/start.mjs', import.meta.url).pathname
  const child = spawn(process.execPath, [script], { cwd: folder, env: { ...process.env, PORT: '0', TREADLIGHT_VISITOR: 'session' }, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  try {
    let out = ''
    for await (const chunk of child.stdout) {
      out += chunk
      if (out.includes('never shown again')) break
    }
    const [, url, password] = /(http:\/\/\S+)\/dashboard\/[^]*password is\s+(\S+)/.exec(out)!
    const login = await fetch(`${url}/api/login`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url! }, body: JSON.stringify({ password }) })
    const answer = await fetch(`${url}/api/config`, { headers: { cookie: login.headers.get('set-cookie')!.split(';')[0]! } })
    const { settings } = (await answer.json()) as { settings: Record<string, unknown> }
    expect(settings).toMatchObject({ visitor: { value: 'session', from: 'environment variable TREADLIGHT_VISITOR' }, 'bots.automation': { value: 'count', from: 'default' } })
  } finally {
    child.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)
