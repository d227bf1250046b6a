// Preloaded (--import) into a program of the product: takes the lid off `Secret`, so that the scan can be seen to find.
import { Secret } from '../../packages/contract/src/secrets/secret.ts';

const { expose } = Secret.prototype;

function leak(this: Secret): string {
  const value = expose.call(this);
  process.stderr.write(`leaked ${JSON.stringify({ value, encoded: Buffer.from(`x${value}`).toString('base64') })}\n`);
  return value;
}

Object.assign(Secret.prototype, { expose: leak, toString: leak, toJSON: leak });
