/** What the collector says of a site whenever it changes. */
interface SiteBeat {
  /** Of the last 5 minutes. */
  visitors: number
  /** Changes with every hit. */
  latest: string
}

interface StreamOptions {
  onBeat(beat: SiteBeat): void
  /** Called with false where nothing comes for a while, or no longer, and with true once something does. */
  onFlow(isFlowing: boolean): void
}

/** A stream opens with a beat. A proxy that gathers answers keeps it: then somebody has to ask. */
const patience = 3000
/** Between a stream that was refused and another attempt. The browser retries what broke off by itself. */
const pause = 15_000

/** Listens to `/api/realtime` while the page is visible. Returns the way to stop it. */
export function listenWhileVisible(url: string, { onBeat, onFlow }: StreamOptions): () => void {
  const stopped = new AbortController()
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function open(): void {
    close()
    if (document.visibilityState === 'hidden') return
    source = new EventSource(url)
    timer = setTimeout(() => onFlow(false), patience)
    source.addEventListener('realtime', (event) => {
      clearTimeout(timer)
      onFlow(true)
      onBeat(JSON.parse(event.data as string) as SiteBeat)
    })
    source.addEventListener('error', () => {
      clearTimeout(timer)
      onFlow(false)
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, pause)
    })
  }

  function close(): void {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }

  document.addEventListener('visibilitychange', open, { signal: stopped.signal })
  addEventListener('online', open, { signal: stopped.signal })
  open()
  return () => {
    stopped.abort()
    close()
  }
}
