export { banner, runUntilStopped } from './commands/serve.ts'
export { createCollector, type Collector, type CollectorOptions } from './collector.ts'
export { loadConfig, resolveConfig, ConfigError, type Config, type LoadConfigOptions, type ResolvedSetting } from './config.ts'
export { serve, type RunningCollector, type ServeOptions } from './serve.ts'
