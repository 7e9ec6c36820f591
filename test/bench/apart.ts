// What runApart.test.ts ends by a signal, as a bench is.
import { runApart } from '../../bench/runApart.ts'

process.exitCode = await runApart(new URL('starter.ts', import.meta.url), { lives: process.argv[2] })
