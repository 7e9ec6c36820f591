import { trackRequests } from '@treadlight/server/next'
import { NextResponse } from 'next/server'

const { TREADLIGHT_COLLECTOR: collector, TREADLIGHT_TOKEN: token } = process.env
const track = collector && trackRequests({ collector, token })

export function proxy(request, event) {
  const answer = (headers) => NextResponse.next({ request: { headers } })
  return track ? track(request, event, { answer }) : NextResponse.next()
}

export const config = { matcher: ['/first', '/tagged'] }
