export { type App, type AppOptions, openApp } from './app.ts';
export { type EngineConfig, loadConfig } from './config.ts';
export { UsageError } from './read-options.ts';
