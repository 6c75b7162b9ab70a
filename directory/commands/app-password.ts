import { type Settings, SettingsError } from '../../settings/settings.ts';
import { nothing, report, runAndReport, runJob } from './run-job.ts';

/** `mos app-password list|add|revoke NAME [ID]` @returns the exit code */
export async function appPassword(
  settings: Settings,
  [action, name, id]: readonly string[],
  options: { readonly called: string | undefined; readonly service: string | undefined },
): Promise<number> {
  if (name === undefined) throw new SettingsError('usage: mos app-password list|add|revoke NAME [ID]');
  switch (action) {
    case 'list':
      return runAndReport(settings, 'app-password-list', { name });
    case 'revoke':
      if (id === undefined) throw new SettingsError('name the app password to revoke by the id that mos app-password list shows');
      return runAndReport(settings, 'app-password-revoke', { name, id });
    case 'add': {
      if (options.called === undefined) throw new SettingsError('say what it is for, like --for phone');
      const words = { name, called: options.called, ...(options.service === undefined ? {} : { service: options.service }) };
      const result = await runJob(settings, { name: 'app-password-add', arguments: words, input: nothing() });
      report(result);
      if (result.ok) process.stderr.write('it is not shown again\n');
      return result.ok ? 0 : 1;
    }
    default:
      throw new SettingsError(`mos app-password can list, add and revoke, not "${action}"`);
  }
}
