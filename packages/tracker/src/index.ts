export { adoptView } from './adoptView.ts'
export { beforeSend, type BeforeSend } from './beforeSend.ts'
export { consent, type Consent } from './consent.ts'
export { init, type Part, type TrackerOptions } from './init.ts'
export { createMemoryTransport } from './memoryTransport.ts'
export { pageview, setNoise, stop, track, type Deliver, type PageHit } from './page.ts'
export { allowParams } from './params.ts'
export {
  clicks,
  device,
  engagement,
  forms,
  links,
  navigationApi,
  navigationType,
  notFound,
  queue,
  respect,
  session,
  standard,
} from './parts.ts'
export { pixelTransport } from './pixelTransport.ts'
export { flush, type QueueMode } from './queue.ts'
export { identify, optOut, type IgnoreReason } from './respect.ts'
export type { Tracker, TrackerCall } from './trackerGlobal.ts'
export { beaconTransport, fetchTransport, pageTransport, xhrTransport, type Answer, type Transport } from './transport.ts'
