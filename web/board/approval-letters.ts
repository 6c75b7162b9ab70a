import type { Proposal } from '../../directory/core/approvals.ts';
import { differencesOf } from '../../directory/core/differences.ts';
import { type Reader, shownDifference } from '../history/shown-change.ts';
import { letter } from '../mail/letters.ts';
import { fullNameOf, userNameOf } from '../people/person.ts';
import type { Visit } from '../visit.ts';
import { isLanguage, translator } from '../words.ts';

/** Writes to whoever asked for a change what has become of it. @param reason of a refusal; undefined when it was approved */
export async function sendDecision(visit: Visit, proposal: Proposal, reason: string | undefined): Promise<void> {
  const { site, me } = visit;
  const { directory } = site;
  const { actorUuid } = proposal.revision;
  const author = actorUuid === null ? undefined : directory.tree.byUuid(actorUuid);
  if (author === undefined) return;
  const text = (name: string) => directory.valuesOf(author, name)[0]?.toString();
  const to = text('mail');
  if (to === undefined) return;
  const own = text('preferredLanguage');
  const language = isLanguage(own) ? own : site.settings.language;
  const t = translator(language);
  const approved = reason === undefined;
  const values = {
    changes: changesOf({ site, t, language }, proposal),
    reason: reason ?? '',
    decider: me === undefined ? t('frame.administrator') : fullNameOf(visit.as, me),
  };
  const uid = userNameOf(author) ?? '';
  await site.outbox.send(
    letter(site, {
      to,
      name: text('displayName') ?? text('cn') ?? uid,
      language,
      subject: approved ? 'approvals.mailApproved' : 'approvals.mailRefused',
      paragraphs: approved
        ? ['approvals.mailApprovedText', 'approvals.mailBy']
        : ['approvals.mailRefusedText', 'approvals.mailReason', 'approvals.mailBy'],
      values,
      link: { word: 'approvals.mailOpen', path: `/people/${encodeURIComponent(uid)}/history` },
    }),
  );
}

/** What was asked for, a line each: the author knows what there was before. */
function changesOf(reader: Reader, { revision, change }: Proposal): string {
  const { schema, access } = reader.site.directory;
  const differences = differencesOf({ schema, isSecret: (type) => access.isSecret(type) }, revision.before, change);
  return differences
    .map((each) => {
      const { label, added, words } = shownDifference(reader, each);
      const now = words?.flatMap(({ kind, text }) => (kind === 'removed' ? [] : text)).join('') ?? added.join(', ');
      return `${label}: ${now === '' ? reader.t('approvals.nothing') : now}`;
    })
    .join('\n');
}
