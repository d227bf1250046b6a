export { type App, type AppOptions, openApp } from './app/app.ts';
export { type EngineConfig, loadConfig } from './settings/config.ts';
export { UsageError } from './settings/read-options.ts';
