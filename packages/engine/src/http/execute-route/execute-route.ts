import type { FrontRoute } from '../front-route.ts';
import { EXECUTE_METHODS, type ExecuteContext, ExecuteExchange } from './execute-exchange.ts';
import { EXECUTE_ROUTE, matchExecuteTarget } from './execute-request.ts';

/**
 * `POST` and `GET /api/v1/dataactions/{id}/execute`, before the router: its hooks, header objects and promises cost more
 * than the whole of a look-up may. The guarantees are those of every other route.
 */
export function createExecuteRoute(context: ExecuteContext): FrontRoute {
  return {
    url: EXECUTE_ROUTE,
    methods: EXECUTE_METHODS,
    take(request, response) {
      const target = matchExecuteTarget(request.url ?? '');
      if (target === null) return false;
      new ExecuteExchange(context, request, response, target).begin();
      return true;
    },
  };
}
