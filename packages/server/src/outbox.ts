export { createOutboxSender, type OutboxSenderOptions } from './senders/outboxSender.ts'
