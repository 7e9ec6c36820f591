import type { DialectAnswer, DialectRequest } from './dialect.ts'

/**
 * An answer that the page may read whose script has asked with credentials: for those `*` is not enough. Nothing that a dialect
 * answers is a secret, and no cookie is looked at.
 */
export function withOrigin({ header }: Pick<DialectRequest, 'header'>, { status, headers, body }: DialectAnswer): DialectAnswer {
  const origin = header('origin')
  const own = origin === '' ? ['access-control-allow-origin', '*'] : ['access-control-allow-origin', origin, 'access-control-allow-credentials', 'true', 'vary', 'origin']
  return { status, headers: [...own, ...headers], body }
}
