import { trackRequests } from '@treadlight/server/h3'

const { TREADLIGHT_COLLECTOR: collector, TREADLIGHT_TOKEN: token } = process.env

export default trackRequests({ collector, token })
