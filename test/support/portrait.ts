/** Draws people who do not exist, for the demo: a seed gives the same face each time. */
import sharp from 'sharp';

/** Pixels of a side: what a profile shows, on a screen of twice the dots. */
const side = 240;

const backgrounds = ['#d9c7a3', '#a9c0b4', '#c3b4cf', '#e0b59a', '#a8bdd1', '#cfc98f', '#d3a9a9', '#b7bfc4'];
const skins = ['#f6d7c3', '#eec1a2', '#dba27c', '#c08458', '#9a6340', '#74482f', '#573424'];
const hairs = ['#2a2320', '#4a3325', '#7b4a2b', '#b5793d', '#d9b36c', '#8d8d8d', '#b23a48', '#3a7572', '#6f57a0', '#26436b'];
const clothes = ['#33415c', '#7d3b2f', '#3f6b4f', '#5b4a7a', '#1f2430', '#a35a2a', '#2f6f7d', '#8a3f5e'];

/** Chooses by the bytes of a seed, one after the other. */
class Choices {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  of<T>(list: readonly T[]): T {
    const found = list[(this.#bytes[this.#at++ % this.#bytes.length] ?? 0) % list.length];
    if (found === undefined) throw new Error('an empty list');
    return found;
  }

  /** True in so many of a hundred faces. */
  share(percent: number): boolean {
    return (this.#bytes[this.#at++ % this.#bytes.length] ?? 0) * 100 < percent * 256;
  }
}

/** Hair, as what lies behind the head and what lies on it; `H` stands for its colour, `C` for that of a hat or a scarf. */
const styles: readonly (readonly [behind: string, before: string])[] = [
  ['', '<path d="M30 44C26 17 74 17 70 44C67 33 60 30 50 30S33 33 30 44Z" fill="H"/>'],
  ['', '<path d="M30 45C24 13 78 12 70 45C69 36 64 31 57 28C50 35 39 37 33 37Q31 40 30 45Z" fill="H"/>'],
  [
    '<path d="M27 44C23 12 77 12 73 44L77 84Q50 92 23 84Z" fill="H"/>',
    '<path d="M31 44C28 18 72 18 69 44C66 32 58 29 50 28C42 29 34 32 31 44Z" fill="H"/>',
  ],
  ['<rect x="26" y="19" width="48" height="49" rx="21" fill="H"/>', '<path d="M31 42Q50 33 69 42C72 17 28 17 31 42Z" fill="H"/>'],
  [
    '<g fill="H"><circle cx="29" cy="38" r="9"/><circle cx="71" cy="38" r="9"/><circle cx="27" cy="52" r="8"/><circle cx="73" cy="52" r="8"/></g>',
    '<g fill="H"><circle cx="35" cy="27" r="9"/><circle cx="45" cy="21" r="10"/><circle cx="57" cy="21" r="10"/><circle cx="66" cy="28" r="9"/><circle cx="50" cy="27" r="8"/></g>',
  ],
  ['<circle cx="50" cy="15" r="10" fill="H"/>', '<path d="M30 44C27 18 73 18 70 44C66 31 58 28 50 28S34 31 30 44Z" fill="H"/>'],
  ['', ''],
  ['', '<path d="M43 32C38 4 62 4 57 32Q50 27 43 32Z" fill="H"/>'],
  [
    '<rect x="29" y="36" width="42" height="18" rx="6" fill="H"/>',
    '<path d="M29 37C28 10 72 10 71 37Z" fill="C"/><rect x="27" y="32" width="46" height="9" rx="4.5" fill="C"/><path d="M27 36.500H73" stroke="#0002" stroke-width="1.5"/>',
  ],
  [
    '<path d="M50 16C18 16 24 66 30 80H70C76 66 82 16 50 16Z" fill="C"/>',
    '<path d="M31 44C29 24 40 21 50 21S71 24 69 44C67 34 60 27 50 27S33 34 31 44Z" fill="C"/>',
  ],
];

/** A drawing of a hundred units a side. @param seed a digest of whom it shows */
export function drawn(seed: Buffer): string {
  const choices = new Choices(seed);
  const ground = choices.of(backgrounds);
  const skin = choices.of(skins);
  const hair = choices.of(hairs);
  const cloth = choices.of(clothes);
  const other = choices.of(clothes.filter((each) => each !== cloth));
  const style = choices.of(styles);
  const covered = style[0].includes('"C"');
  const coloured = (part: string) => part.replaceAll('"H"', `"${hair}"`).replaceAll('"C"', `"${other}"`);
  const isBearded = !covered && choices.share(style[1] === '' ? 70 : 25) && !style[0].includes('L77');
  const glasses = choices.of([
    '',
    '',
    '<circle cx="41.5" cy="46" r="7"/><circle cx="58.5" cy="46" r="7"/>',
    '<rect x="34" y="40.5" width="14.5" height="11" rx="2.5"/><rect x="51.5" y="40.5" width="14.5" height="11" rx="2.5"/>',
  ]);
  const mouth = choices.of(['M43 57Q50 63 57 57', 'M43 57Q50 66 57 57Z', 'M44 59Q51 61 57 57', 'M45 59H55']);
  const top = choices.of([
    `<path d="M34 72Q50 90 66 72" fill="none" stroke="#0003" stroke-width="2"/>`,
    `<path d="M31 71C34 88 44 92 50 96C56 92 66 88 69 71C66 66 60 66 58 68L50 82L42 68C40 66 34 66 31 71Z" fill="#fff3"/><path d="M45 84V94M55 84V94" stroke="#fffb" stroke-width="1.5"/>`,
    `<path d="M38 70V104M62 70V104" stroke="${other}" stroke-width="7"/><rect x="38" y="86" width="24" height="20" fill="${other}"/>`,
  ]);
  const headphones = choices.share(15) && !covered;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${side}" height="${side}" stroke-linecap="round">`,
    `<rect width="100" height="100" fill="${ground}"/><circle cx="${choices.of([22, 50, 78])}" cy="${choices.of([24, 70])}" r="46" fill="#fff" opacity=".22"/>`,
    coloured(style[0]),
    `<path d="M12 104C12 80 32 72 50 72S88 80 88 104Z" fill="${cloth}"/><path d="M42 58H58V72Q50 80 42 72Z" fill="${skin}"/><path d="M42 62Q50 72 58 62V66Q50 74 42 66Z" fill="#0002"/>`,
    top,
    `<g fill="${skin}"><circle cx="31" cy="46" r="4.5"/><circle cx="69" cy="46" r="4.5"/><ellipse cx="50" cy="44" rx="19.5" ry="22.5"/></g>`,
    isBearded ? `<path d="M30.5 46C30 73 70 73 69.5 46C67 55 60 53 50 53.500S33 55 30.5 46Z" fill="${hair}"/>` : '',
    `<path d="${mouth}" fill="${mouth.endsWith('Z') ? '#fff' : 'none'}" stroke="${isBearded ? '#fff9' : '#5a2a22'}" stroke-width="1.6"/>`,
    `<path d="M50 46V51Q50 52.5 48.5 52.5" fill="none" stroke="#0003" stroke-width="1.6"/>`,
    `<g fill="#1d1f21"><circle cx="41.5" cy="46" r="2.3"/><circle cx="58.5" cy="46" r="2.3"/></g>`,
    `<path d="M37 ${choices.of([39, 38])}Q41.5 36.5 45.5 38.500M54.5 38.500Q58.5 36.5 63 ${choices.of([39, 38])}" fill="none" stroke="${covered ? '#4a3325' : hair}" stroke-width="1.8"/>`,
    coloured(style[1]),
    glasses && `<g fill="#fff2" stroke="#2a2320" stroke-width="1.6">${glasses}<path d="M48.5 46H51.5"/></g>`,
    headphones
      ? '<path d="M29 46C25 8 75 8 71 46" fill="none" stroke="#1d1f21" stroke-width="3"/><g fill="#1d1f21"><rect x="25" y="39" width="8" height="15" rx="4"/><rect x="67" y="39" width="8" height="15" rx="4"/></g>'
      : '',
    '</svg>',
  ].join('');
}

/** The same as JPEG, some 3 KB. */
export function portrait(seed: Buffer): Promise<Buffer> {
  return sharp(Buffer.from(drawn(seed)))
    .flatten()
    .jpeg({ quality: 50, mozjpeg: true })
    .toBuffer();
}
