import { checkLine } from '../checkLine.ts'
import { signals } from '../interrupt.ts'
import type { RunningCollector, StartedCollector } from '../serve.ts'
import { version } from '../version.ts'
import { isWorker, runWorker, superviseWorkers } from '../workers.ts'
import { storageOptions, type Command } from './command.ts'
import type { Config } from '../config.ts'
import { describePlace, describePromise } from '../describeStorage.ts'

/** `treadlight serve`: the collector, until it is told to stop. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Starts the collector with its dashboard',
  details: 'Ctrl-C finishes open requests, stores what is on its way and exits with 0.',
  options: [
    { name: 'port', type: 'string', setting: 'port', summary: 'Port to listen on (default 4600)' },
    { name: 'host', type: 'string', setting: 'host', summary: 'Address to listen on (default 127.0.0.1)' },
    { name: 'timezone', type: 'string', setting: 'timezone', summary: 'Where the site’s days begin (default the machine’s)' },
    { name: 'workers', type: 'string', setting: 'workers', summary: 'Processes that share port and storage, or auto: one on each core (default 1)' },
    ...storageOptions,
  ],
  async run({ config, settings }) {
    if (isWorker()) return runWorker(config, settings)
    const say = config.log === 'json' ? () => undefined : console.log
    if (config.workers > 1) return superviseWorkers(config, { onStarted: (started) => announce(started, config), say })
    // What takes hits, and its tables of robots and devices, takes longer to load than other commands to run.
    const { serve } = await import('../serve.ts')
    const start = async (beforeListening: () => void): Promise<RunningCollector> => {
      const running = await serve({ config, settings, beforeListening })
      announce(running, config)
      return running
    }
    return runUntilStopped(start, say)
  },
}

/** Not part of the log on standard error, which is kept and passed on: whoever starts it sees this once. */
function announce(started: StartedCollector, config: Config): void {
  if (config.log === 'text') console.log(banner(started, config))
  else if (started.password !== undefined) console.log(describePassword(started.password).join('\n'))
}

/** The tracker ignores pages on its own machine, which is what a collector there is tried with. */
function ignoreNobody(url: string): string {
  return /^https?:\/\/(localhost|127\.|\[::1])/.test(url) ? ' data-ignore=""' : ''
}

/** The strict preset leaves on a device only what could not be sent. */
function queueOf({ privacy }: Pick<Config, 'privacy'>): string {
  return privacy === 'strict' ? ' data-queue="offline"' : ''
}

/** What a start prints. `more` adds lines of name and value. */
export function banner({ url, password, collector, failing }: StartedCollector, config: Config, more: [string, string][] = []): string {
  const lines: [string, string][] = [
    ['Dashboard', `${url}/dashboard/`],
    ...more,
    ['Tag', `<script defer src="${url}/t.js"${ignoreNobody(url)}${queueOf(config)}></script>`],
    ['Storage', `${describePlace(config)}: ${describePromise(config, collector.durability)}`],
    ['Retention', describeRetention(config.retention)],
    ['Time zone', config.timezone],
    ...(config.destinations.length > 0 ? [['Forwards to', config.destinations.map(({ name }) => name).join(', ')] as [string, string]] : []),
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  return [
    '',
    `  treadlight ${version}`,
    '',
    ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    ...failing.flatMap((check) => [checkLine(check), '']),
    ...(password === undefined ? [] : [...describePassword(password), lookAround, '']),
  ].join('\n')
}

/** For who has no hits yet. */
const lookAround = '  To look around first: the empty dashboard offers a year of made-up visits, and so does `npx treadlight site add demo --demo`.'

/** What is said of a first start's password, in lines. */
export function describePassword(password: string): string[] {
  return [
    `  First start: the dashboard’s password is  ${password}`,
    '  It is kept as a hash only and never shown again. `npx treadlight user reset` makes another.',
  ]
}

/**
 * Starts a collector and waits for a signal, then for it to finish. Signals that come before it listens end the process as
 * they always do, since it has promised nothing; one that comes while it starts is kept until it has. Answers the exit code.
 *
 * @param start calls the function that it is given before it listens: see `beforeListening` of `serve`
 */
export async function runUntilStopped(start: (beforeListening: () => void) => Promise<RunningCollector>, say: (text: string) => void = console.log): Promise<number> {
  // Who read the output may be gone (`treadlight | head`); that is no reason to stop counting.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const { listen, stopped, disarm } = createStop()
  try {
    const running = await start(listen)
    await stopped
    say('\n  Finishing open requests; once more to give up on them …')
    await running.close()
  } finally {
    disarm()
  }
  say('  Stopped. Every hit that was answered 201 is stored.')
  return 0
}

/** Waits for a signal from when `listen` was called. A second one gives up, until `disarm`. */
function createStop(): { listen(): void; stopped: Promise<void>; disarm(): void } {
  let resolve: () => void
  const stopped = new Promise<void>((resolveStopped) => (resolve = resolveStopped))
  let arming: NodeJS.Timeout | undefined
  const giveUp = (): never => process.exit(130)
  const stop = (): void => {
    resolve()
    // npm passes a Ctrl-C on that the terminal has sent here already: only a later one is a second one.
    arming ??= setTimeout(() => {
      for (const signal of signals) process.on(signal, giveUp)
    }, 500)
  }
  return {
    listen() {
      for (const signal of signals) process.on(signal, stop)
    },
    stopped,
    disarm: () => clearTimeout(arming),
  }
}

function describeRetention({ anonymous, authenticated, newest }: Config['retention']): string {
  const most = newest === undefined ? '' : `, at most ${newest.toLocaleString('en')} of a site`
  return `anonymous hits ${anonymous} days, authenticated ${authenticated} days${most}`
}
