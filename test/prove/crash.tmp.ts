import { startWorker } from '/work/main/test/prove/crashWorker.ts'
import { mkdtempSync } from 'node:fs'
const base = mkdtempSync('/tmp/tl-')
const t = Date.now()
const w = await startWorker({ config: { driver: 'fs', base }, seed: 1, start: Date.UTC(2026, 9, 1, 18), startedAt: Date.now(), speed: 36000, grace: 100*3600, settle: 3600*100, choices: 5, first: 0, step: 1, leftOver: [], senders: 4, reads: false }, (w) => { const l = w.join(' '); if (!/^(send|linked)/.test(l)) console.log((Date.now()-t)+' '+l.slice(0, 200)) })
console.log('opened', Date.now() - t)
await w.ask('live')
await new Promise(r => setTimeout(r, 1500))
await w.ask('stop')
await w.ask('list')
await w.ask('close')
await w.ended
console.log(base)
process.exit()
