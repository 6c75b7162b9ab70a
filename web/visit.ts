import { randomBytes } from 'node:crypto';
import { anonymous, type Identity } from '../directory/core/access.ts';
import type { BoundDirectory } from '../directory/core/bound-directory.ts';
import type { PackedEntry } from '../directory/core/packed-entry.ts';
import type { Level } from '../schema/ldap/policy.ts';
import { identityOf } from './api/scopes.ts';
import type { ApiToken } from './api/tokens.ts';
import type { Cookies } from './cookies.ts';
import type { Form } from './form.ts';
import { formToken, isFormToken } from './form-token.ts';
import { ownPlacesFor, placesFor } from './frame/places.ts';
import type { Session } from './session/sessions.ts';
import type { Site } from './site.ts';
import { acceptedLanguage, isLanguage, type Language, type Translate, translator, type Word } from './words.ts';

/** What the transport knows of a request. */
export interface Request {
  readonly method: string;
  readonly url: URL;
  /** Parts of the path that the route names */
  readonly parameters: Readonly<Record<string, string>>;
  header(name: string): string | undefined;
  /** IP address of the visitor */
  readonly address: string;
  /** Nobody on the way can read it: TLS, or it never leaves this machine */
  readonly encrypted: boolean;
  /** Bytes of a body that is larger than forms without files are, and may be here; 0 for others */
  readonly largeBody: number;
  form(): Promise<Form>;
}

/** One request, with who asks. */
export class Visit {
  readonly site: Site;
  readonly request: Request;
  readonly cookies: Cookies;
  /** Who is signed in; undefined for everybody else, those whose second factor is still to come too */
  readonly session: Session | undefined;
  /** Signed in but for the second factor */
  readonly halfway: Session | undefined;
  /** A program asks for whoever gave it this token */
  readonly token: ApiToken | undefined;
  readonly identity: Identity;
  /** The directory with the visitor's eyes */
  readonly as: BoundDirectory;
  readonly language: Language;
  readonly t: Translate;

  constructor(
    site: Site,
    request: Request,
    cookies: Cookies,
    { session, token }: { readonly session?: Session | undefined; readonly token?: ApiToken },
  ) {
    this.site = site;
    this.request = request;
    this.cookies = cookies;
    this.session = session?.stage === 'complete' ? session : undefined;
    this.halfway = session?.stage === 'password' ? session : undefined;
    this.token = token;
    this.identity = this.session?.identity ?? (token === undefined ? anonymous : identityOf(token, request.method));
    this.as = site.directory.as(this.identity, request.address);
    this.language = this.#language();
    this.t = translator(this.language);
  }

  get url(): URL {
    return this.request.url;
  }

  /** The visitor's own entry; undefined for the anonymous and for the administrator of the settings. */
  get me(): PackedEntry | undefined {
    return this.as.viewer.entry;
  }

  /** What the visitor sees of people at least: `public`, `members`, `board`; of the administrator `nobody`, which is everything. */
  get level(): Level {
    return this.as.viewer.level;
  }

  get isBoard(): boolean {
    return this.level === 'board' || this.level === 'nobody';
  }

  /** Does the visitor want data, not a page? Of both, what is named first */
  get wantsJson(): boolean {
    const accept = this.request.header('accept') ?? '';
    const [json, page] = [accept.indexOf('json'), accept.indexOf('text/html')];
    return json >= 0 && (page < 0 || json < page);
  }

  /** Has somebody else set the password, or has it expired? Then there is nothing but to change it. */
  get mustChangePassword(): boolean {
    if (this.session === undefined) return false;
    const { error, warning } = this.site.authenticator.notice(this.identity);
    return error === 'changeAfterReset' || warning?.kind === 'graceAuthentications';
  }

  /** Where the menu leads this visitor. */
  get places(): ReturnType<typeof placesFor> {
    return placesFor(this);
  }

  get ownPlaces(): readonly (readonly [path: string, word: Word])[] {
    return ownPlacesFor(this);
  }

  param(name: string): string {
    return this.request.parameters[name] ?? '';
  }

  query(name: string): string {
    return this.url.searchParams.get(name)?.trim() ?? '';
  }

  /** What every form of this visitor carries: only a page of ours could know it. */
  get csrf(): string {
    return formToken(this.browserSecret);
  }

  isOwnForm(csrf: string): boolean {
    const known = this.cookies.get('session') ?? this.cookies.get('visitor');
    return known !== undefined && isFormToken(known, csrf);
  }

  /** A value that only this browser holds. Who is not signed in gets one with the first form. */
  get browserSecret(): string {
    const known = this.cookies.get('session') ?? this.cookies.get('visitor');
    if (known !== undefined) return known;
    const made = randomBytes(18).toString('base64url');
    this.cookies.set('visitor', made, 86_400);
    return made;
  }

  #language(): Language {
    const chosen = this.cookies.get('language');
    if (isLanguage(chosen)) return chosen;
    const own = this.me && this.as.texts(this.me, 'preferredLanguage')[0]?.slice(0, 2);
    if (isLanguage(own)) return own;
    return acceptedLanguage(this.request.header('accept-language') ?? '') ?? this.site.settings.language;
  }
}
