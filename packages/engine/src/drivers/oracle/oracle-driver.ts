import oracledb from 'oracledb';
import type { DatabaseTarget, Dialer, Driver, DriverCapabilities, DriverPool, PoolOptions } from '../driver.ts';
import type { OracleModule } from './oracle-module.ts';
import { createOraclePool } from './oracle-pool.ts';

/** Oracle Database by `oracledb` in Thin mode. */
export class OracleDriver implements Driver {
  readonly kind = 'oracle';
  readonly module: string;
  readonly capabilities: DriverCapabilities = {
    readOnlySession: true,
    serverCancel: true,
    tls: true,
    exactDecimal: true,
    booleanType: false,
    zonedTimestamp: true,
    gaps: { booleanType: 'Oracle has no boolean type in SQL before 23ai: true and false are bound as 1 and 0' },
  };
  readonly #module: OracleModule;

  /** @param module the vendor module, or what stands in for it in tests */
  constructor(module: OracleModule = oracledb) {
    this.#module = module;
    this.module = `oracledb ${module.versionString}`;
  }

  placeholder(position: number): string {
    return `:${position}`;
  }

  createPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
    return createOraclePool(target, options, dialer, this.#module);
  }
}
