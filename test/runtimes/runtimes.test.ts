import { testRuntime } from './behaviour.ts'
import { createProcessRuntime } from './processRuntime.ts'
import { workers } from './workersRuntime.ts'

// `npm run test:runtimes` says which there are, and how each is told to run a file.
const commands = JSON.parse(process.env['RUNTIMES'] ?? '{}') as Record<string, string[]>

for (const [name, command] of Object.entries(commands)) testRuntime(name === 'workers' ? workers : createProcessRuntime(name, command))
