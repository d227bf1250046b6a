/** The one version of all packages, as `User-Agent`, telemetry and the OpenAPI document carry it. */
export const VERSION = '0.1.0';
