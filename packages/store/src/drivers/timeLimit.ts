/** How long a network driver waits for its backend unless it is told otherwise, ms. */
export const defaultTimeout = 30_000

/**
 * Ends the waiting, not the work: that may still take effect.
 * @param ms Infinity not to end it
 * @throws Error of code ETIMEDOUT
 */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  if (ms === Infinity) return work
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(createTimeoutError(ms)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export function createTimeoutError(ms: number): Error {
  return Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' })
}
