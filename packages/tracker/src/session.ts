import { createId } from './id.ts'
import { guard } from './page.ts'

/**
 * The one session id of this tab, kept in sessionStorage: with the visitor's consent, where the law asks for it. Not read
 * before there is a hit that may be sent.
 */
export const readSession: () => string | undefined = /* @__PURE__ */ guard(() => (sessionStorage['treadlight'] ??= createId(Date.now()) as string))
