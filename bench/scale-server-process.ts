/** The server of `scale.ts`: the contract in memory, in a process of its own, with no limit on its pace. */
import { FakeEngine } from '../packages/client/test/support/fake-engine.ts';

const engine = await FakeEngine.start();
engine.forgetsRequests = true;
engine.pageSize = 200;
console.log(`listening on ${engine.url}`);
process.once('SIGTERM', () => void engine[Symbol.asyncDispose]());
