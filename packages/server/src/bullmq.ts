export { createBullmqSender, type BullmqSenderOptions } from './senders/bullmqSender.ts'
export { createBullmqWorker, type BullmqWorker, type BullmqWorkerOptions } from './senders/bullmqWorker.ts'
