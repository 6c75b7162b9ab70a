import { exportLdif } from '../../ldif/export.ts';
import { importLdif } from '../../ldif/import.ts';
import { LdifError } from '../../ldif/parse.ts';
import type { OpenDirectory } from '../open.ts';
import type { RunJob } from '../server/jobs.ts';
import { appPasswordJobs } from './app-passwords.ts';
import type { Job } from './job.ts';
import { nameJobs } from './names.ts';
import { peopleJobs } from './people.ts';
import { serviceJobs } from './services.ts';

/** What the command does to a directory, in whichever process holds it: a row each. */
const jobs: Readonly<Record<string, Job>> = {
  ...serviceJobs,
  ...appPasswordJobs,
  ...peopleJobs,
  ...nameJobs,

  async import({ directory }, request, output) {
    const file = String(request.arguments['file'] ?? 'ldif');
    try {
      const { made, refused } = await importLdif(directory.asRoot('import'), request.input, {
        file,
        continues: request.arguments['continue'] === true,
        progress: (read) => read % 1000 === 0 && output.progress(read),
      });
      return {
        ok: refused.length === 0,
        lines: [...refused.map(({ message }) => message), `${made} made${refused.length > 0 ? `, ${refused.length} refused` : ''}`],
      };
    } catch (error) {
      if (!(error instanceof LdifError)) throw error;
      return { ok: false, lines: [error.message, 'nothing was changed'] };
    }
  },

  async export({ directory }, request, output) {
    const base = request.arguments['base'];
    const pieces = exportLdif(directory, {
      base: typeof base === 'string' ? base : undefined,
      operational: request.arguments['operational'] === true,
    });
    for (const piece of pieces) await output.data(Buffer.from(piece));
    return { ok: true, lines: [] };
  },

  async verify({ directory }) {
    const lines = await directory.differences();
    return { ok: lines.length === 0, lines };
  },

  async passwd({ directory, authenticator, passwords }, request) {
    const name = String(request.arguments['name']);
    const dn = name.includes('=') ? name : authenticator.dnOfUser(name);
    const pieces: Buffer[] = [];
    for await (const piece of request.input) pieces.push(piece);
    const hash = Buffer.from(await passwords.hash(Buffer.concat(pieces)));
    await directory.asRoot('mos passwd').modify(dn, [{ operation: 'replace', attribute: { description: 'userPassword', values: [hash] } }]);
    return { ok: true, lines: [`${dn} has a new password`] };
  },
};

/** Runs jobs on this directory. */
export function runJobOn(open: OpenDirectory): RunJob {
  return async (request, output) => {
    const job = Object.hasOwn(jobs, request.name) ? jobs[request.name] : undefined;
    if (job === undefined) return { ok: false, lines: [`there is no job "${request.name}"`] };
    return job(open, request, output);
  };
}
