// Stands for a bench: writes into the temporary folder, starts a process that no polite signal ends, says where and which, and goes on or fails.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { lives } = JSON.parse(process.argv[2]!) as { lives: string }
const folder = mkdtempSync(join(tmpdir(), 'starter-'))
const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')"], { stdio: ['ignore', 'pipe', 'ignore'] })
await once(child.stdout, 'data')
console.log(JSON.stringify({ folder, pid: child.pid }))
if (lives === 'short') process.exit(7)
