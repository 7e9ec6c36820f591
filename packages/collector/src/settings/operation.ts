import { isTimeZone } from '../days.ts'
import { isObject } from '../isObject.ts'
import { parseObject } from '../parseObject.ts'
import { asWord, ConfigError, suggest, type Setting } from '../settings.ts'
import { describeTaken } from '../sites/hostOwner.ts'
import { readSiteHost } from '../sites/siteHost.ts'

/** Who may read `/metrics`. */
export type MetricsAccess = 'token' | 'open'

/** What the owner runs it by. */
export interface OperationSettings {
  /**
   * Who may read `/metrics`: the owner and tokens of scope `metrics`, or everybody who reaches it.
   * @default 'token'
   */
  metrics: MetricsAccess
  /**
   * How the log is written: for people, or one JSON object a line on standard error.
   * @default 'text'
   */
  log: 'text' | 'json'
  /**
   * More sites than the default one, by id: whose hosts a hit comes from is the site that it is counted for.
   * @default none
   */
  sites: Record<string, SiteSettings>
}

interface SiteSettings {
  /** `blog.example`, or `*.blog.example` for every host below it. */
  hosts: string[]
  /** IANA name. Not to be changed once there are hits: each is of a day in it, for ever. @default the setting timezone */
  timezone?: string
}

export const operationSettings: Record<keyof OperationSettings, Setting> = {
  metrics: { env: ['TREADLIGHT_METRICS'], fallback: () => 'token', ...asWord(['token', 'open']) },
  log: { env: ['TREADLIGHT_LOG'], fallback: () => 'text', ...asWord(['text', 'json']) },
  sites: {
    env: ['TREADLIGHT_SITES'],
    fallback: () => ({}),
    read: asSites,
    allowed: 'sites by id, each with its hosts: { "blog": { "hosts": ["blog.example"], "timezone": "Europe/Berlin" } }',
  },
}

const known = ['hosts', 'timezone']
const idPattern = /^[a-z0-9_-]{1,64}$/

/**
 * From an environment variable it is JSON.
 * @throws ConfigError naming what of a site is wrong
 */
function asSites(value: unknown): Record<string, SiteSettings> | undefined {
  const given = typeof value === 'string' ? parseObject(value) : value
  if (!isObject(given)) return undefined
  const read: { id: string; hosts: string[] }[] = []
  const sites = Object.entries(given).map(([id, site]): [string, SiteSettings] => {
    if (!idPattern.test(id)) throw new ConfigError(`sites: ${JSON.stringify(id.slice(0, 80))} is no id of a site: 1 to 64 of a-z, 0-9, _ and -`)
    const path = `sites.${id}`
    if (!isObject(site)) throw new ConfigError(`${path} must be an object with hosts`)
    const unknown = Object.keys(site).find((name) => !known.includes(name))
    if (unknown !== undefined) throw new ConfigError(`there is no setting ${path}.${unknown}; ${suggest(unknown, known, `${path}.`)}`)
    const { hosts, timezone } = site
    if (timezone !== undefined && !(typeof timezone === 'string' && isTimeZone(timezone)))
      throw new ConfigError(`${path}.timezone: ${JSON.stringify(timezone)} must be an IANA time zone such as Europe/Berlin`)
    const own = readHosts(hosts, id, read)
    read.push({ id, hosts: own })
    return [id, { hosts: own, ...(timezone !== undefined && { timezone }) }]
  })
  return Object.fromEntries(sites)
}

function readHosts(hosts: unknown, id: string, others: readonly { id: string; hosts: string[] }[]): string[] {
  if (!Array.isArray(hosts)) throw new ConfigError(`sites.${id}.hosts must be a list of hosts such as ["blog.example"]`)
  return hosts.map((value: unknown) => {
    const host = readSiteHost(value)
    if (host === undefined) throw new ConfigError(`sites.${id}.hosts: ${JSON.stringify(value)} must be a host such as blog.example or *.blog.example`)
    const taken = describeTaken(host, others)
    if (taken !== undefined) throw new ConfigError(`sites.${id}.hosts: ${taken}`)
    return host
  })
}
