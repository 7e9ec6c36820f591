/** What has become of the hits of one destination, since the process began. */
export interface DestinationCounts {
  /** The system has them. */
  sent: number
  /** Kept from it by `redact`, or it has no use for them. */
  withheld: number
  /** Given up for good: see the dead letters. */
  dead: number
  /** Given up because too many waited: the oldest go first. */
  dropped: number
  /** Requests that failed and are made again. */
  retries: number
}

/** Why a destination has nothing of what waits for it. */
export interface DestinationTrouble {
  /** ms since 1970. */
  since: number
  reason: string
}

export interface Ledger {
  readonly counts: DestinationCounts
  /** Undefined while it works, as far as anybody knows. */
  trouble(): DestinationTrouble | undefined
  fail(reason: string): void
  recover(): void
  /** Tells the owner that hits were given up. */
  lose(count: number, kind: 'dead' | 'dropped', reason: string): void
  /** Takes out of a text what must not be seen, and makes one line of it. */
  clean(text: string): string
}

export interface LedgerOptions {
  name: string
  /** Texts that are never shown. */
  secrets: readonly string[]
  now: () => number
  /** Told, a line at a time, of troubles as they begin and end. */
  log: (message: string) => void
}

/** Longest reason that is kept. */
const longestReason = 200
/** Losses of one kind are told of once in this time, ms. */
const quiet = 3_600_000
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const unsafe = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/g

export function createLedger({ name, secrets, now, log }: LedgerOptions): Ledger {
  const counts: DestinationCounts = { sent: 0, withheld: 0, dead: 0, dropped: 0, retries: 0 }
  const told = new Map<string, number>()
  const hidden = secretForms(secrets)
  let trouble: DestinationTrouble | undefined
  const clean = (text: string): string => hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text).replace(unsafe, ' ').slice(0, longestReason)
  const say = (message: string): void => log(`destination ${name}: ${message}`)

  return {
    counts,
    clean,
    trouble: () => trouble,
    fail(reason) {
      counts.retries++
      const said = clean(reason)
      if (trouble === undefined) say(`${said}; what waits for it is kept, and tried again`)
      trouble = { since: trouble?.since ?? now(), reason: said }
    },
    recover() {
      if (trouble !== undefined) say('works again')
      trouble = undefined
    },
    lose(count, kind, reason) {
      counts[kind] += count
      if (now() - (told.get(kind) ?? -Infinity) < quiet) return
      told.set(kind, now())
      const hits = count === 1 ? '1 hit' : `${count} hits`
      say(kind === 'dead' ? `it will never have ${hits}: ${clean(reason)}; see its dead letters` : `${hits} dropped: ${clean(reason)}`)
    },
  }
}

/** As they are, and as URLs and JSON write them; the longest first, so that none leaves a part of another. */
function secretForms(secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => (secret.length > 3 ? [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)] : []))
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length)
}
