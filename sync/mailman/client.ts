import { keyOf } from './addresses.ts';
import type { Step, Subscriber } from './plan.ts';
import { type Fields, isObject, type Json, MailmanAway, MailmanRefuses, type Rest } from './rest.ts';

const pageSize = 100;

/** Reads a list. @param list its address @returns undefined when Mailman has no such list @throws MailmanAway */
export async function readList(rest: Rest, list: string): Promise<readonly Subscriber[] | undefined> {
  if ((await found(rest, `lists/${encodeURIComponent(list)}`)) === undefined) return undefined;
  const roster = await readPages(rest, `lists/${listId(list)}/roster/member`, {});
  const disabled = await readPages(rest, 'members/find', { list_id: listId(list), role: 'member', delivery_status: 'by_bounces' });
  const without = new Set(disabled.map((each) => text(each, 'member_id')));
  return roster.map((each) => ({
    memberId: text(each, 'member_id'),
    address: text(each, 'email'),
    name: typeof each['display_name'] === 'string' ? each['display_name'] : '',
    disabled: without.has(text(each, 'member_id')),
    lastBounce: generalizedTime(each['last_bounce_received']),
  }));
}

/** Makes the list, and its domain when that is new, with the settings that suit a list that is kept by a sync. @throws MailmanAway, MailmanRefuses */
export async function createList(rest: Rest, list: string): Promise<void> {
  const domain = list.slice(list.indexOf('@') + 1);
  if ((await found(rest, `domains/${encodeURIComponent(domain)}`)) === undefined) await rest.ask('POST', 'domains', { mail_host: domain });
  await rest.ask('POST', 'lists', { fqdn_listname: list, style_name: 'private-default' });
  await rest.ask('PATCH', `lists/${listId(list)}/config`, listSettings);
}

/** Who comes and goes is settled in the directory: Mailman tells nobody of it, and asks its moderators before others make themselves at home. */
export const listSettings: Fields = {
  send_welcome_message: 'false',
  send_goodbye_message: 'false',
  admin_notify_mchanges: 'false',
  subscription_policy: 'moderate',
  unsubscription_policy: 'moderate',
};

/** Does one step. @throws MailmanAway; MailmanRefuses when this one can't be done */
export async function takeStep(rest: Rest, list: string, step: Step): Promise<void> {
  switch (step.kind) {
    case 'add':
      return subscribe(rest, list, step.address, step.name);
    case 'move':
      return move(rest, list, step);
    case 'rename':
      return rename(rest, await member(rest, step.who.memberId), step.name);
    case 'remove':
      return unsubscribe(rest, step.who);
  }
}

async function subscribe(rest: Rest, list: string, address: string, name: string, preferences: Fields = {}): Promise<void> {
  const fields = {
    list_id: listId(list),
    subscriber: address,
    display_name: name,
    pre_verified: 'true',
    pre_confirmed: 'true',
    pre_approved: 'true',
    send_welcome_message: 'false',
  };
  try {
    await rest.ask('POST', 'members', fields);
  } catch (error) {
    if (!(error instanceof MailmanRefuses && error.status === 409)) throw error;
    // either they are on the list since we looked, or they have asked for it themselves and wait for an answer
    if (await withdrawRequest(rest, list, address)) await rest.ask('POST', 'members', fields);
  }
  const made = await rest.ask('GET', `lists/${listId(list)}/member/${encodeURIComponent(address)}`);
  if (Object.keys(preferences).length > 0) await rest.ask('PATCH', `members/${text(made, 'member_id')}/preferences`, preferences);
  // an address that Mailman has met before keeps the name that it had
  if (made['display_name'] !== name) await rename(rest, made, name);
}

/** @returns whether there was one */
async function withdrawRequest(rest: Rest, list: string, address: string): Promise<boolean> {
  const requests = await readPages(rest, `lists/${listId(list)}/requests`, {});
  const request = requests.find((each) => keyOf(text(each, 'email')) === keyOf(address));
  if (request === undefined) return false;
  await rest.ask('POST', `lists/${listId(list)}/requests/${text(request, 'token')}`, { action: 'discard' });
  return true;
}

/**
 * The subscription gets the new address, and with it everything stays as the subscriber has set it. Where Mailman does not allow that (the address
 * belongs to somebody else there, or the subscription follows a user's preferred address), or where it would take bounces of the old address over to
 * the new one, the new address is subscribed with the subscription's preferences and the old one leaves.
 */
async function move(rest: Rest, list: string, { who, address, name }: Step & { readonly kind: 'move' }): Promise<void> {
  const before = await member(rest, who.memberId);
  if (!who.disabled && (await adopted(rest, before, address))) {
    await rest.ask('PATCH', `members/${who.memberId}`, { address });
    return rename(rest, await member(rest, who.memberId), name);
  }
  const preferences = await rest.ask('GET', `members/${who.memberId}/preferences`);
  await subscribe(rest, list, address, name, kept(preferences));
  await unsubscribe(rest, who);
}

/** Gives the subscriber's user the address. @returns whether it has it now */
async function adopted(rest: Rest, subscriber: Json, address: string): Promise<boolean> {
  const user = typeof subscriber['user'] === 'string' ? subscriber['user'].split('/').at(-1) : undefined;
  if (user === undefined || subscriber['subscription_mode'] !== 'as_address') return false;
  const known = await found(rest, `addresses/${encodeURIComponent(address)}`);
  const owner = typeof known?.['user'] === 'string' ? known['user'].split('/').at(-1) : undefined;
  if (owner !== undefined && owner !== user) return false;
  if (owner === undefined) await rest.ask('POST', `users/${user}/addresses`, { email: address });
  await rest.ask('POST', `addresses/${encodeURIComponent(address)}/verify`);
  return true;
}

/** What the subscriber has chosen, not what bounces have. */
function kept(preferences: Json): Fields {
  const names = ['acknowledge_posts', 'delivery_mode', 'hide_address', 'preferred_language', 'receive_list_copy', 'receive_own_postings'];
  const chosen = preferences['delivery_status'] === 'by_bounces' ? names : [...names, 'delivery_status'];
  return Object.fromEntries(chosen.flatMap((name) => (preferences[name] === undefined ? [] : [[name, String(preferences[name])]])));
}

/** The name is that of the address, or of the user where the subscription follows the user's preferred address. */
async function rename(rest: Rest, subscriber: Json, name: string): Promise<void> {
  const user = typeof subscriber['user'] === 'string' ? subscriber['user'].split('/').at(-1) : undefined;
  const whose =
    subscriber['subscription_mode'] === 'as_user' ? `users/${user}` : `addresses/${encodeURIComponent(text(subscriber, 'email'))}`;
  await rest.ask('PATCH', whose, { display_name: name });
}

async function unsubscribe(rest: Rest, { memberId }: Subscriber): Promise<void> {
  try {
    await rest.ask('DELETE', `members/${memberId}`, { pre_confirmed: 'true', pre_approved: 'true' });
  } catch (error) {
    // gone since we looked
    if (!(error instanceof MailmanRefuses && error.status === 404)) throw error;
  }
}

const member = (rest: Rest, id: string): Promise<Json> => rest.ask('GET', `members/${id}`);

async function found(rest: Rest, path: string): Promise<Json | undefined> {
  try {
    return await rest.ask('GET', path);
  } catch (error) {
    if (error instanceof MailmanRefuses && error.status === 404) return undefined;
    throw error;
  }
}

/** All entries of a collection. Somebody may come or go between two pages, so all pages must tell of the same size. @throws MailmanAway */
async function readPages(rest: Rest, path: string, fields: Fields): Promise<Json[]> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const entries: Json[] = [];
    const sizes = new Set<number>();
    for (let page = 1, full = true; full; page++) {
      const answer = await rest.ask('GET', path, { ...fields, count: String(pageSize), page: String(page) });
      // an empty collection has no entries at all
      const { total_size: size, entries: some = [] } = answer;
      if (typeof size !== 'number' || !Array.isArray(some) || !some.every(isObject))
        throw new MailmanAway(`${path} is not a list of Mailman's`);
      entries.push(...some);
      sizes.add(size);
      full = some.length === pageSize && entries.length < size;
    }
    const ids = new Set(entries.map((each) => each['member_id'] ?? each['token']));
    if (sizes.size === 1 && sizes.has(ids.size) && ids.size === entries.length) return entries;
  }
  throw new MailmanAway(`${path} changes while it is read; try again later`);
}

function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== 'string' || value === '') throw new MailmanAway(`Mailman's answer has no ${name}; is it version 3.3?`);
  return value;
}

/** Mailman names a list by its address with a dot for the @. */
function listId(list: string): string {
  return encodeURIComponent(list.toLowerCase().replace('@', '.'));
}

/** Mailman's times are UTC: 2026-11-27T15:04:05.123456 */
function generalizedTime(value: unknown): string | undefined {
  const [, ...parts] = typeof value === 'string' ? (/^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(value) ?? []) : [];
  return parts.length === 0 ? undefined : `${parts.join('')}Z`;
}
