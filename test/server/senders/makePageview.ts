import { createId, type Hit } from '@treadlight/protocol'

let made = 0

/** A pageview as a server makes it, of now unless said otherwise. */
export function makePageview(fields: Partial<Hit> = {}): Hit {
  const time = Date.now()
  return { id: createId(time), type: 'pageview', url: `https://shop.example/${++made}`, title: '', referrer: '', timestamp: new Date(time).toISOString(), ...fields }
}
