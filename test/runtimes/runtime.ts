/** How the suite runs a collector: the built one, as its users have it. */
export interface Runtime {
  name: string
  /** What its runtime has no process for: signals. */
  isProcess: boolean
  /** Several of its processes can listen on one port. */
  sharesPort: boolean
  /** It has SQLite: Node.js from 22.5 on. */
  hasSqlite: boolean
  /** Starts it; what `folder` holds is what an earlier one has stored there. */
  start(site: StartOptions): Promise<Running>
  /** A site that is tracked by `@treadlight/server`: `/` is a page, `/order` sends an event. */
  startShop(options: { folder: string; collector: string; token: string }): Promise<Pick<Running, 'url' | 'stop'>>
}

interface StartOptions {
  folder: string
  /** Where its one destination is: a webhook. */
  webhook: string
  env?: Record<string, string>
}

export interface Running {
  url: string
  /** The first owner's. */
  password: string
  /** As its runtime stops it; answers the exit code, where there is a process. */
  stop(): Promise<number | null>
  /** Ends it in the middle of what it does. */
  kill(): Promise<void>
  output(): string
}

/** Of every collector of the suite. */
export const settings: Record<string, string> = {
  TREADLIGHT_TIMEZONE: 'UTC',
  TREADLIGHT_RETENTION_ANONYMOUS: '2',
  TREADLIGHT_USER_SECRETS: 'a secret that has thirty-two letters',
  TREADLIGHT_LIMITS_BURST: '60',
  TREADLIGHT_LIMITS_PER_ADDRESS: '5',
  TREADLIGHT_PLACE_HEADERS: 'off',
}

export const userSecret: string = settings['TREADLIGHT_USER_SECRETS']!
