/** One line on a terminal that says how far something is. Silent elsewhere. */
export interface Progress {
  /** @param text asked for when the line is drawn, so that it may be costly */
  show(text: () => string): void
  /** Takes the line away, until something is shown again. */
  clear(): void
  /** Takes it away for good. */
  end(): void
}

/** Often enough to look alive, ms. */
const interval = 100

/** On stderr, since stdout may be the data. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined, end: () => undefined }
  let text: (() => string) | undefined
  let drawn = -Infinity
  // Also where nothing is told for a while.
  const timer = setInterval(draw, 1000).unref()

  function draw(): void {
    if (text === undefined) return
    drawn = performance.now()
    // Back to the first column, and away with what is longer.
    stream.write(`\r${text().slice(0, (stream.columns || 80) - 1)}\u001B[K`)
  }

  function clear(): void {
    if (drawn !== -Infinity) stream.write('\r\u001B[K')
    drawn = -Infinity
    text = undefined
  }

  return {
    show(next) {
      text = next
      if (performance.now() - drawn >= interval) draw()
    },
    clear,
    end() {
      clearInterval(timer)
      clear()
    },
  }
}

/** Seconds since a moment of `performance.now()`, as `12 s`. */
export function secondsSince(start: number): string {
  return `${Math.round((performance.now() - start) / 1000)} s`
}

/** Bytes as people say them: `3.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toFixed(1)} ${units[unit]}`
}

/** `12,345 hits`, `1 hit`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
