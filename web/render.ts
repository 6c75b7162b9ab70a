import { join } from 'node:path';
import { Eta } from 'eta';
import { packageFolder } from '../settings/package-root.ts';

const eta = new Eta({ views: join(packageFolder, 'web'), cache: true, autoEscape: true, autoTrim: false });

/**
 * Fills in a template.
 * @param view path below web/, without its ending
 * @param it what the template names `it`; everything is escaped unless the template says otherwise
 */
export function render(view: string, it: object): string {
  return eta.render(view, it);
}
