import type { FastifyInstance } from 'fastify';

/** Answers which methods a path has, for `405 Method Not Allowed`; the router itself knows a miss only as 404. */
export interface RoutesByPath {
  methodsOf(path: string): readonly string[];
}

/** Must be called before routes are registered. */
export function collectRoutes(app: FastifyInstance): RoutesByPath {
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', (route) => {
    let entry = routes.get(route.url);
    if (entry === undefined) {
      entry = { pattern: toPattern(route.url), methods: new Set() };
      routes.set(route.url, entry);
    }
    for (const method of [route.method].flat()) entry.methods.add(method);
  });
  return {
    methodsOf(path) {
      const methods = new Set<string>();
      for (const entry of routes.values()) {
        if (entry.pattern.test(path)) for (const method of entry.methods) methods.add(method);
      }
      return [...methods].sort();
    },
  };
}

function toPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((segment) => {
      if (segment === '*') return '.*';
      return segment.startsWith(':') ? '[^/]+' : segment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('/');
  return new RegExp(`^${source}$`);
}
