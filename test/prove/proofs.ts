import { browsers } from './browsers.ts'
import { crash } from './crash.ts'
import { faults } from './faults.ts'
import { fuzz } from './fuzz.ts'
import { outbox } from './outbox.ts'
import { processes } from './processes.ts'
import type { Proof } from './proof.ts'
import { simulate } from './simulate.ts'
import { slow } from './slow.ts'
import { soak } from './soak.ts'
import { stop } from './stop.ts'

/** The programme, in the order in which `npm run prove` goes through it: what fails fast comes first. */
export const proofs: Record<string, Proof> = {
  simulate: {
    summary: 'several processes on a storage that crashes, tears, hangs and lags, by seed; [--jobs N] processes at a time; ends with the first seed that fails',
    unit: 'schedules',
    runs: 1000,
    small: 200,
    adds: 'the seeds that have failed once',
    leaves: 'Storages that are eventually consistent for longer than a minute. Clocks that differ by more than 90 s',
    prove: simulate,
  },
  faults: {
    summary: 'every call to the storage fails once in every way; full, read-only and forbidden disks; flipped bits',
    unit: 'failures',
    runs: 10_000,
    small: 10_000,
    adds: 'the disks and the bits',
    leaves: 'Two failures in one call. A disk that says that it has synced and has not',
    prove: faults,
  },
  crash: {
    summary: 'kill -9 of the collector under load, and of a store in the midst of its upkeep, on the fs driver',
    unit: 'kills',
    runs: 200,
    small: 40,
    leaves: 'Power failures: what was written is in the page cache, which outlives a process',
    prove: crash,
  },
  processes: {
    summary: 'several processes on one folder, killed and replaced',
    unit: 'rounds',
    runs: 20,
    small: 2,
    leaves: 'Folders on a network file system. Redis, PostgreSQL, SQLite and S3: npm run test:services',
    prove: processes,
  },
  stop: {
    summary: 'SIGTERM at random points under load, one worker or two: what was acknowledged is stored, what was asked is answered, exit code 0',
    unit: 'stops',
    runs: 100,
    small: 10,
    leaves: 'Requests that take longer than 8 s after the signal: they are cut, as documented',
    prove: stop,
  },
  slow: {
    summary: 'a storage whose calls take seconds, and then never return, while hits come at full speed: memory stays bounded, answers are 503 with Retry-After',
    unit: 'outages',
    runs: 5,
    small: 1,
    leaves: 'Drivers other than s3: they share the buffer that bounds the memory, not the code that waits',
    prove: slow,
  },
  outbox: {
    summary: 'kill -9 of servers with an outbox, and of collectors that hand hits on, while what they send to and what is in between fail too',
    unit: 'kills',
    runs: 100,
    small: 10,
    leaves: 'That another system counts each once: it gets each at least once, with the same id',
    prove: outbox,
  },
  fuzz: {
    summary: 'hostile requests to everything that the collector answers, in process and, one in a hundred, as bytes on a socket',
    unit: 'requests',
    runs: 100_000,
    small: 20_000,
    adds: 'the seeds that have failed once',
    leaves: 'Inputs that none of its grammars makes',
    prove: fuzz,
  },
  browsers: {
    summary: 'pages in Chromium, Firefox and WebKitGTK while everything goes wrong; [--engine NAME] [--case NAME]',
    unit: 'rounds',
    runs: 20,
    small: 1,
    leaves: 'Safari and telephones. Browsers that delete what is on the device, as Safari does after seven days without a visit',
    prove: browsers,
  },
  soak: {
    summary: 'a collector as users start it at 200 hits/s, with upkeep, prunings, dashboards and listeners: memory, answers, and every hit once in the end',
    unit: 'minutes',
    runs: 1,
    small: 1,
    leaves: 'Days and weeks: memory that grows slower than the error of its slope',
    prove: soak,
  },
}
