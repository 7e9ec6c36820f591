import { createId } from './id.ts'
import { fields, guard } from './page.ts'

/** Gives every hit of this tab one session id, kept in sessionStorage: with the visitor's consent, where the law asks for it. */
export const keepSession: () => void = /* @__PURE__ */ guard(() => {
  fields.session = sessionStorage['treadlight'] ??= createId(Date.now())
})
