import { DirectoryError } from '../../directory/model/errors.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { AttributeDescription, AttributeType, Covered } from './registry.ts';

/** More descriptions with options than any club has; a bound for what writers can make us remember. */
const mostDescriptions = 20_000;
const remembered = 4096;

interface Parsed {
  readonly type: AttributeType;
  /** lower case, sorted, without duplicates */
  readonly options: readonly string[];
}

/**
 * Attribute descriptions (RFC 4512 §2.5), one object each. Those without options have the first numbers; those with options get
 * theirs when they are first going to be stored. Asking for one numbers nothing.
 */
export class Descriptions {
  readonly #typeByName: (name: string) => AttributeType | undefined;
  readonly #all: AttributeDescription[] = [];
  readonly #byName = new Map<string, AttributeDescription>();
  readonly #byType = new Map<AttributeType, AttributeDescription[]>();
  readonly #subtypes = new Map<AttributeType, AttributeType[]>();
  readonly #byText = new BoundedCache<AttributeDescription>(remembered);
  readonly #covered = new BoundedCache<Covered>(remembered);

  constructor(types: readonly AttributeType[], typeByName: (name: string) => AttributeType | undefined) {
    this.#typeByName = typeByName;
    for (const type of types) {
      this.#byType.set(type, []);
      for (let at: AttributeType | undefined = type; at !== undefined; at = at.superior) {
        const subtypes = this.#subtypes.get(at);
        if (subtypes === undefined) this.#subtypes.set(at, [type]);
        else subtypes.push(type);
      }
      this.#add({ type, options: [] }, type.name);
    }
  }

  /** Grows with each new description. */
  get version(): number {
    return this.#all.length;
  }

  byId(id: number): AttributeDescription | undefined {
    return this.#all[id];
  }

  /** @throws DirectoryError adminLimitExceeded */
  intern(text: string): AttributeDescription | undefined {
    const found = this.find(text);
    if (found !== undefined) return found;
    const parsed = this.#parse(text);
    if (parsed === undefined || parsed.options.some((option) => option.endsWith('-'))) return undefined;
    if (this.#all.length >= mostDescriptions) {
      throw new DirectoryError('adminLimitExceeded', `${parsed.type.name}: there are too many different attribute options already`);
    }
    return this.#add(parsed, nameOf(parsed));
  }

  find(text: string): AttributeDescription | undefined {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const parsed = this.#parse(text);
    const found = parsed && this.#byName.get(nameOf(parsed));
    if (found !== undefined) this.#byText.set(text, found);
    return found;
  }

  covered(text: string): Covered | undefined {
    const known = this.#covered.get(text);
    if (known !== undefined) return known;
    const parsed = this.#parse(text);
    if (parsed === undefined) return undefined;
    const { type, options } = parsed;
    const descriptions = (this.#subtypes.get(type) ?? [])
      .flatMap((subtype) => this.#byType.get(subtype) ?? [])
      .filter((each) => options.every((option) => hasOption(each, option)));
    const covered = { type, descriptions };
    this.#covered.set(text, covered);
    return covered;
  }

  #add({ type, options }: Parsed, name: string): AttributeDescription {
    const description = { id: this.#all.length, type, options, name };
    this.#all.push(description);
    this.#byName.set(name, description);
    this.#byType.get(type)?.push(description);
    this.#covered.clear();
    return description;
  }

  /** A description with an option that is not known is itself not known (RFC 4512 §2.5). */
  #parse(text: string): Parsed | undefined {
    if (!text.includes(';')) {
      const type = this.#typeByName(text);
      return type && { type, options: [] };
    }
    if (text.length > 256) return undefined;
    const [name = '', ...options] = text.toLowerCase().split(';');
    const type = this.#typeByName(name);
    if (type === undefined || !options.every((option) => isOption(type, option))) return undefined;
    return { type, options: [...new Set(options)].sort() };
  }
}

/** Language tags and ranges (RFC 3866), and `binary` where values are transferred so (RFC 4522). */
function isOption({ syntax }: AttributeType, option: string): boolean {
  if (option === 'binary') return syntax.binaryTransfer;
  return /^lang-(?:[a-z]{1,8}(?:-[a-z0-9]{1,8})*-?)?$/.test(option);
}

function nameOf({ type, options }: Parsed): string {
  return options.length === 0 ? type.name : `${type.name};${options.join(';')}`;
}

/** `lang-de-` stands for `lang-de` and every option that begins so (RFC 3866 §3.1). */
function hasOption({ options }: AttributeDescription, option: string): boolean {
  if (!option.endsWith('-')) return options.includes(option);
  return options.some((each) => each.startsWith(option) || `${each}-` === option);
}
