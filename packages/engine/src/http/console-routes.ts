import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface ConsoleFile {
  readonly mediaType: string;
  readonly etag: string;
  readonly content: Buffer;
}

/**
 * Serves the console at `/console/` from the files of one folder, read once. Only names that were in the folder at start
 * are served, so no path of a request ever reaches the file system.
 */
export async function registerConsoleRoutes(app: FastifyInstance, folder: string): Promise<void> {
  const files = await readFiles(folder);
  const config = { scope: 'public' } as const;

  app.get('/console', { config }, async (_request, reply) => reply.redirect('/console/', 308));
  for (const [name, file] of files) {
    app.get(name === 'index.html' ? '/console/' : `/console/${name}`, { config }, async (request, reply) => {
      reply
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .header('cache-control', 'no-cache')
        .header('etag', file.etag);
      if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
      return reply.type(file.mediaType).send(file.content);
    });
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const files = new Map<string, ConsoleFile>();
  for (const name of await readdir(folder)) {
    const mediaType = MEDIA_TYPES.get(extname(name));
    if (mediaType === undefined) continue;
    const content = await readFile(join(folder, name));
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    files.set(name, { mediaType, etag, content });
  }
  return files;
}
