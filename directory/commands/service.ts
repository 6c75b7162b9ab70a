import { services } from '../../settings/services/catalog.ts';
import { type Settings, SettingsError } from '../../settings/settings.ts';
import { nothing, report, runAndReport, runJob } from './run-job.ts';

export interface ServiceOptions {
  /** Which service of the catalog it is; the name, when it is missing */
  readonly kind: string | undefined;
  readonly grants: readonly string[];
  readonly finish: boolean;
}

/** `mos service add|update|rotate|remove|list [NAME]` @returns the exit code */
export async function service(
  settings: Settings,
  [action, name]: readonly string[],
  { kind, grants, finish }: ServiceOptions,
): Promise<number> {
  if (action === 'list') return runAndReport(settings, 'service-list', {});
  if (name === undefined) throw new SettingsError('usage: mos service add|update|rotate|remove NAME, or mos service list');
  switch (action) {
    case 'add': {
      const { description, rows } = meaning(name, kind, grants);
      const words = { name, description, grants: rows.join('\n') };
      return printPassword(settings, 'service-add', words, `cn=${name},ou=services,${settings.baseDn}`);
    }
    case 'update':
      return runAndReport(settings, 'service-update', { name, grants: meaning(name, kind, grants).rows.join('\n') });
    case 'rotate':
      if (finish) return runAndReport(settings, 'service-rotate', { name, finish });
      return printPassword(
        settings,
        'service-rotate',
        { name },
        `cn=${name},ou=services,${settings.baseDn}, beside the old one until mos service rotate ${name} --finish`,
      );
    case 'remove':
      return runAndReport(settings, 'service-remove', { name });
    default:
      throw new SettingsError(`mos service can add, update, rotate, remove and list, not "${action}"`);
  }
}

/** The password goes to standard output, alone, so that it can go into a file; what it is for goes to standard error. */
async function printPassword(settings: Settings, job: string, args: Record<string, string>, whose: string): Promise<number> {
  const result = await runJob(settings, { name: job, arguments: args, input: nothing() });
  report(result);
  if (!result.ok) return 1;
  process.stderr.write(`the password of ${whose}; it is not shown again\n`);
  return 0;
}

function meaning(name: string, kind: string | undefined, grants: readonly string[]): { description: string; rows: readonly string[] } {
  const known = Object.values(services).find(({ account }) => account === (kind ?? name));
  if (known !== undefined) return { description: known.summary, rows: [...known.grants, ...grants] };
  if (kind === undefined && grants.length > 0) return { description: `${name}: what --grant says`, rows: grants };
  const kinds = Object.values(services).flatMap(({ account }) => account ?? []);
  throw new SettingsError(
    `what may ${name} do? Name one of ${[...new Set(kinds)].join(', ')} with --kind, or its rights with --grant 'ENTRIES | ATTRIBUTES | RIGHTS'`,
  );
}
