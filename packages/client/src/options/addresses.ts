import { isLoopbackHost } from '@dipswitch/contract';
import { resolveText } from '../arguments.ts';
import { invalidArgument } from '../errors.ts';

/** Whether secrets may travel to it: https, or http to this machine, or http anywhere where the caller said so. */
export function isSafeAddress(url: URL, allowPlaintext: boolean): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && (allowPlaintext || isLoopbackHost(url.hostname.replace(/^\[(.*)\]$/, '$1')));
}

/** @throws TypeError `ERR_INVALID_ARG_*` that names the option and never the value */
export function resolveUrl(name: string, text: string, allowPlaintext: boolean): URL {
  const url = URL.parse(resolveText(name, text));
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hash !== '') {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must be an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must carry no credentials`);
  }
  if (!isSafeAddress(url, allowPlaintext)) {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must be https; plain http is accepted for loopback only`);
  }
  return url;
}
