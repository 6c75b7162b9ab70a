import { type Answer, notFound, page } from '../answer.ts';
import type { Visit } from '../visit.ts';
import { type KeptMail, mailNumber, newestMails } from './kept-mail.ts';

const most = 200;

/** GET /dev/mail: mail that went nowhere, while one works on MOS. */
export async function listMail(visit: Visit): Promise<Answer> {
  onlyInDevelopment(visit);
  const mails = await newestMails(visit.site, most);
  const lines = mails.map(({ id, recipient, subject, madeAt }) => ({ id, recipient, subject, madeAt: madeAt.toISOString() }));
  return page('mail/list', visit.t('devMail.title'), { mails: lines });
}

/** GET /dev/mail/:id */
export async function showMail(visit: Visit): Promise<Answer> {
  const { madeAt, ...mail } = await mailNamed(visit);
  return page('mail/one', mail.subject, { ...mail, madeAt: madeAt.toISOString() });
}

/** GET /dev/mail/:id/html: as a mail program shows it, which has its own rules for styles and runs nothing. */
export async function showMailHtml(visit: Visit): Promise<Answer> {
  const { html } = await mailNamed(visit);
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
  return { kind: 'file', body: html, type: 'text/html; charset=utf-8', headers: { 'content-security-policy': policy } };
}

async function mailNamed(visit: Visit): Promise<KeptMail> {
  onlyInDevelopment(visit);
  const id = visit.param('id');
  const mail = /^\d{1,15}$/.test(id) ? await mailNumber(visit.site, Number(id)) : undefined;
  if (mail === undefined) throw notFound();
  return mail;
}

/**
 * Mail opens accounts: it shows on the developer's own machine alone, and not to a page elsewhere whose name leads to this machine.
 * @throws Refusal 404
 */
function onlyInDevelopment({ site: { settings }, request, url }: Visit): void {
  const isHere = /^(127\.|::1$)/.test(request.address) && request.header('x-forwarded-for') === undefined;
  const isOurName = /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (settings.profile !== 'development' || settings.mailUrl !== undefined || !isHere || !isOurName) throw notFound();
}
