export { banner, runUntilStopped } from './commands/serve.ts'
export { createCollector, type Collector, type CollectorOptions } from './collector.ts'
export { loadConfig, ConfigError, type Config, type LoadConfigOptions } from './config.ts'
export { serve, type RunningCollector, type ServeOptions } from './serve.ts'
