import type { EngineName } from '../../../scripts/engines.ts'

/** A real browser engine of this machine, in two manners: driven, and left to itself. */
export interface Engine {
  readonly name: EngineName
  /** Whether a driven browser survives the crash of a tab; where its driver does not, `Visit.crashTabs` is for it. */
  readonly drivesCrashes: boolean
  /** A browser with a profile for once, whose pages can be asked. */
  launch(): Promise<DrivenBrowser>
  /**
   * A browser with a profile on disk that nobody drives, as a visitor's: it opens the URL and does what the page says.
   * It can be killed, and the same profile be visited again.
   */
  visit(profile: string, url: string): Promise<Visit>
  /** Ends what all its browsers need; those have to be closed before. */
  stop(): Promise<void>
}

export interface DrivenBrowser {
  /** In a window of its own, or a tab that is as visible. */
  open(url: string): Promise<DrivenPage>
  /** Cuts all pages off, with the `offline` and `online` events. Missing where the engine cannot. */
  setOffline?(isOffline: boolean): Promise<void>
  close(): Promise<void>
}

export interface DrivenPage {
  goto(url: string): Promise<void>
  /** Resolves to the value of an expression in the page, or of its promise, as JSON has it. */
  evaluate<T>(expression: string): Promise<T>
  /** Crashes the tab: see `Engine.drivesCrashes`. */
  crash(): Promise<void>
  close(): Promise<void>
}

export interface Visit {
  /** Kills the content processes and waits until they are gone; the browser lives on, with a tab that has crashed. */
  crashTabs(): Promise<void>
  /** Asks the browser to end, as the system does when it shuts down. */
  close(): Promise<void>
  /** kill -9 of all processes of the browser at once. */
  kill(): Promise<void>
}
