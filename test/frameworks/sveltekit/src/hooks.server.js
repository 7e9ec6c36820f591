import { trackRequests } from '@treadlight/server/sveltekit'

const { TREADLIGHT_COLLECTOR: collector, TREADLIGHT_TOKEN: token } = process.env

export const handle = collector ? trackRequests({ collector, token }) : ({ event, resolve }) => resolve(event)
