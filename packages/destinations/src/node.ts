export { nodeRequest } from './forward/nodeRequest.ts'
