export { createOutboxForwarder, type OutboxForwarderOptions } from './senders/outboxForwarder.ts'
export { createOutboxSender, type OutboxSenderOptions } from './senders/outboxSender.ts'
