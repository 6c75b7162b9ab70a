import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, page, Refusal, redirect } from '../answer.ts';
import { askFirst } from '../frame/ask.ts';
import { localPath } from '../frame/home.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { personNamed } from '../people/profile.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';
import type { Word } from '../words.ts';
import { setStatus, statusesOf } from './member-status.ts';

/** As many as one page of the list shows, and some more. */
const mostAtOnce = 500;

interface BulkAction {
  /** What is asked first */
  readonly will: Word;
  /** @param named a status or a group */
  readonly make: (visit: Visit, entry: PackedEntry, named: string) => Promise<void>;
}

/** What can be done with several members: a row each. */
const actions: Readonly<Record<string, BulkAction>> = {
  status: {
    will: 'members.will.status',
    async make(visit, entry, named) {
      const status = statusesOf(visit.site).find(({ name }) => name === named);
      if (status === undefined) throw new Refusal(404, 'error.notFound');
      await setStatus(visit, entry, status);
    },
  },
  join: { will: 'members.will.join', make: (visit, entry, named) => changeGroup(visit, entry, named, 'add') },
  leave: { will: 'members.will.leave', make: (visit, entry, named) => changeGroup(visit, entry, named, 'delete') },
};

/** POST /board/members/bulk: shows whom it is about and asks; with `confirmed`, does it, one after the other. */
export async function bulkAction(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const [, action = '', named] = /^(\w+) (.+)$/s.exec(form.text('action')) ?? [];
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
  const back = localPath(form.text('back'), '/board/members');
  const uids = [...new Set(form.texts('uid'))].slice(0, mostAtOnce);
  if (act === undefined || named === undefined || uids.length === 0) {
    if (visit.wantsJson) throw new Refusal(422, 'members.choose');
    return redirect(back, { word: 'members.choose' });
  }
  const people = uids.map((uid) => personNamed(visit, uid));
  const shown = people.map((entry) => ({ uid: userNameOf(entry) ?? '', name: nameOf(visit.as, entry) }));
  const question = await askFirst(visit, {
    title: visit.t('members.confirm'),
    what: visit.t(act.will, { named, count: shown.length }),
    about: shown.map(({ name, uid }) => ({ name, more: uid })),
    ...{ yes: visit.t('members.doIt'), back, data: { action, named, people: shown, count: shown.length } },
  });
  if (question !== undefined) return question;
  const refused: { readonly name: string; readonly reason: string }[] = [];
  for (const [nth, entry] of people.entries()) {
    try {
      await act.make(visit, entry, named);
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      refused.push({ name: shown[nth]?.name ?? '', reason: wordsOf(visit.t, error) });
    }
  }
  const done = people.length - refused.length;
  if (refused.length === 0) return redirect(back, { word: 'members.done', values: { count: done } }, { done, refused });
  return page('board/bulk-refused', visit.t('members.partly'), { done, refused }, { status: 409, form: { back } });
}

async function changeGroup({ as, site }: Visit, entry: PackedEntry, group: string, operation: 'add' | 'delete'): Promise<void> {
  const dn = `cn=${escapeDnText(group)},ou=groups,${site.directory.baseDn}`;
  try {
    await as.modify(dn, [{ operation, attribute: { description: 'member', values: [Buffer.from(entry.dn)] } }]);
  } catch (error) {
    // who is in already, or not, is as wanted
    if (error instanceof DirectoryError && (error.kind === 'attributeOrValueExists' || error.kind === 'noSuchAttribute')) return;
    throw error;
  }
}
